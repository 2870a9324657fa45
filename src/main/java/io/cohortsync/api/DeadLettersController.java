package io.cohortsync.api;

import io.cohortsync.config.Settings;
import io.cohortsync.delivery.DeadLetters;
import io.cohortsync.delivery.DeadLetters.DeadLetter;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/dead-letters}: the changes that targets refuse, and why. */
@RestController
@RequestMapping("/api/dead-letters")
class DeadLettersController {

    private static final int MOST = 1_000;

    private final Settings settings;
    private final DeadLetters deadLetters;

    DeadLettersController(Settings settings, DeadLetters deadLetters) {
        this.settings = settings;
        this.deadLetters = deadLetters;
    }

    /** How many dead letters were made due. */
    record Redriven(int redriven) {}

    @GetMapping
    List<DeadLetter> list(
            @RequestParam Optional<String> sync,
            @RequestParam Optional<String> target,
            @RequestParam Optional<String> reason) {
        List<DeadLetter> found = deadLetters.list(sync, target, reason, MOST);
        if (found.isEmpty()) {
            refuseUnknown(sync, target);
        }
        return found;
    }

    @PostMapping("/redrive")
    Redriven redrive(
            @RequestParam Optional<String> sync,
            @RequestParam Optional<String> target,
            @RequestParam Optional<String> reason) {
        int redriven = deadLetters.redrive(sync, target, reason);
        if (redriven == 0) {
            refuseUnknown(sync, target);
        }
        return new Redriven(redriven);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void drop(@PathVariable long id) {
        if (!deadLetters.drop(id)) {
            throw Problems.of(HttpStatus.NOT_FOUND, "There is no dead letter " + id);
        }
    }

    /** A name that is not configured may still have dead letters, from before; if it has none, it is a mistake. */
    private void refuseUnknown(Optional<String> sync, Optional<String> target) {
        sync.ifPresent(name -> Problems.known(settings.syncs(), name, "sync"));
        target.ifPresent(name -> Problems.known(settings.targets(), name, "target"));
    }
}
