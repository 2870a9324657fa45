package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Shows and changes what the stand-in for Amplitude holds. No part of Amplitude's API. */
@RestController
@WhenSandboxEnabled
@RequestMapping(AmplitudeController.ROOT)
class AmplitudeInspectionController {

    private final AmplitudeWorld world;
    private final AmplitudeDownloads downloads;
    private final AmplitudeDesk desk;

    AmplitudeInspectionController(AmplitudeWorld world, AmplitudeDownloads downloads, AmplitudeDesk desk) {
        this.world = world;
        this.downloads = downloads;
        this.desk = desk;
    }

    @GetMapping("/cohorts")
    List<AmplitudeCohort.View> cohorts() {
        return world.all();
    }

    @GetMapping("/cohorts/{id}/members")
    ResponseEntity<List<String>> members(@PathVariable("id") String id) {
        return ResponseEntity.of(world.members(id));
    }

    @GetMapping("/cohorts/{id}/people")
    ResponseEntity<List<AmplitudePerson>> people(@PathVariable("id") String id) {
        return ResponseEntity.of(world.content(id).map(AmplitudeCohort.Content::people));
    }

    /** Defines a cohort, computed now, in place of what had this id. */
    @PutMapping("/cohorts/{id}")
    AmplitudeCohort.View define(@PathVariable("id") String id, @RequestBody JsonNode definition) {
        return world.define(id, StrictJson.read(definition, AmplitudeAbout.Change.class));
    }

    /** Changes a cohort, or who is in it, before Amplitude computes it again. */
    @PatchMapping("/cohorts/{id}")
    ResponseEntity<AmplitudeCohort.View> change(@PathVariable("id") String id, @RequestBody JsonNode change) {
        return ResponseEntity.of(world.change(id, StrictJson.read(change, AmplitudeAbout.Change.class)));
    }

    @PostMapping("/cohorts/{id}/compute")
    ResponseEntity<AmplitudeCohort.View> compute(@PathVariable("id") String id) {
        return ResponseEntity.of(world.compute(id));
    }

    @GetMapping("/behaviour")
    AmplitudeBehaviour behaviour() {
        return downloads.behaviour();
    }

    @PutMapping("/behaviour")
    AmplitudeBehaviour behave(@RequestBody JsonNode choice) {
        downloads.behave(AmplitudeBehaviour.chosen(StrictJson.read(choice, AmplitudeBehaviour.Choice.class)));
        return downloads.behaviour();
    }

    @GetMapping("/stats")
    Stats stats() {
        return new Stats(desk.log().count(), downloads.counts());
    }

    /** How many calls came, and what became of downloads. */
    record Stats(long requests, AmplitudeDownloads.Counts downloads) {}

    @DeleteMapping("/cohorts/{id}")
    ResponseEntity<Void> delete(@PathVariable("id") String id) {
        return ResponseEntity.status(world.delete(id) ? HttpStatus.NO_CONTENT : HttpStatus.NOT_FOUND)
                .build();
    }

    @PutMapping("/strangers")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void strangers(@RequestBody List<String> ids) {
        world.strangers(ids);
    }

    @GetMapping("/requests")
    List<RequestLog.Received> requests(@RequestParam(name = "last", defaultValue = "100") int last) {
        return desk.log().last(last);
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget() {
        world.forget();
        downloads.forget();
        desk.log().forget();
    }
}
