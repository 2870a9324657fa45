package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Shows and changes what the stand-in for Mixpanel holds. No part of Mixpanel's API. */
@RestController
@WhenSandboxEnabled
@RequestMapping(MixpanelController.ROOT)
class MixpanelInspectionController {

    private final MixpanelWorld world;
    private final MixpanelDesk desk;

    MixpanelInspectionController(MixpanelWorld world, MixpanelDesk desk) {
        this.world = world;
        this.desk = desk;
    }

    /** How many calls came, and what was read. */
    record Stats(long requests, MixpanelWorld.Counts engage) {}

    @GetMapping("/cohorts")
    List<MixpanelCohort> cohorts() {
        return world.all();
    }

    @GetMapping("/cohorts/{id}")
    ResponseEntity<MixpanelCohort> cohort(@PathVariable("id") long id) {
        return ResponseEntity.of(world.cohort(id));
    }

    /** Defines a cohort in place of what had this id. */
    @PutMapping("/cohorts/{id}")
    MixpanelCohort define(@PathVariable("id") long id, @RequestBody JsonNode definition) {
        return world.define(id, StrictJson.read(definition, MixpanelCohort.Change.class));
    }

    @PatchMapping("/cohorts/{id}")
    ResponseEntity<MixpanelCohort> change(@PathVariable("id") long id, @RequestBody JsonNode change) {
        return ResponseEntity.of(world.change(id, StrictJson.read(change, MixpanelCohort.Change.class)));
    }

    @DeleteMapping("/cohorts/{id}")
    ResponseEntity<Void> delete(@PathVariable("id") long id) {
        return ResponseEntity.status(world.delete(id) ? HttpStatus.NO_CONTENT : HttpStatus.NOT_FOUND)
                .build();
    }

    @GetMapping("/behaviour")
    MixpanelBehaviour behaviour() {
        return desk.behaviour();
    }

    @PutMapping("/behaviour")
    MixpanelBehaviour behave(@RequestBody JsonNode choice) {
        desk.behave(MixpanelBehaviour.chosen(StrictJson.read(choice, MixpanelBehaviour.Choice.class)));
        return desk.behaviour();
    }

    @GetMapping("/requests")
    List<RequestLog.Received> requests(@RequestParam(name = "last", defaultValue = "100") int last) {
        return desk.log().last(last);
    }

    @GetMapping("/stats")
    Stats stats() {
        return new Stats(desk.log().count(), world.counts());
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget() {
        world.forget();
        desk.forget();
    }
}
