package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Asks a stand-in to misbehave, such as {@code {"path":"/upload","drop":"after","times":1}}, and to behave again. */
@RestController
@WhenSandboxEnabled
@RequestMapping("/sandbox/{vendor}/faults")
class FaultsController {

    private final Faults faults;

    FaultsController(Faults faults) {
        this.faults = faults;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    List<Fault> add(@PathVariable("vendor") String vendor, @RequestBody JsonNode asked) {
        faults.add(vendor, StrictJson.read(asked, Fault.class));
        return faults.of(vendor);
    }

    @GetMapping
    List<Fault> all(@PathVariable("vendor") String vendor) {
        return faults.of(vendor);
    }

    @GetMapping("/struck")
    Map<String, Long> struck(@PathVariable("vendor") String vendor) {
        return faults.struck(vendor);
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget(@PathVariable("vendor") String vendor) {
        faults.forget(vendor);
    }
}
