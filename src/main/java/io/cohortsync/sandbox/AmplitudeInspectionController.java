package io.cohortsync.sandbox;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
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
    private final AmplitudeRequests requests;

    AmplitudeInspectionController(AmplitudeWorld world, AmplitudeRequests requests) {
        this.world = world;
        this.requests = requests;
    }

    @GetMapping("/cohorts")
    List<AmplitudeWorld.View> cohorts() {
        return world.all();
    }

    @GetMapping("/cohorts/{id}/members")
    ResponseEntity<List<String>> members(@PathVariable("id") String id) {
        return ResponseEntity.of(world.members(id));
    }

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
    List<AmplitudeRequests.Received> requests(@RequestParam(name = "last", defaultValue = "100") int last) {
        return requests.last(last);
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget() {
        world.forget();
        requests.forget();
    }
}
