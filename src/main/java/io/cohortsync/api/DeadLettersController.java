package io.cohortsync.api;

import io.cohortsync.config.Settings;
import io.cohortsync.delivery.DeadLetters;
import io.cohortsync.delivery.DeadLetters.DeadLetter;
import io.cohortsync.delivery.Redrive;
import io.cohortsync.delivery.Redrives;
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
    private static final int LATEST = 100;

    /** Letters a minute. */
    private static final String DEFAULT_RATE = "600";

    private static final int FASTEST = 10_000;

    private final Settings settings;
    private final DeadLetters deadLetters;
    private final Redrives redrives;

    DeadLettersController(Settings settings, DeadLetters deadLetters, Redrives redrives) {
        this.settings = settings;
        this.deadLetters = deadLetters;
        this.redrives = redrives;
    }

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

    /** Begins to send letters again; the answer says how many, and where to look how far it has got. */
    @PostMapping("/redrive")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Redrive redrive(
            @RequestParam Optional<String> sync,
            @RequestParam Optional<String> target,
            @RequestParam Optional<String> reason,
            @RequestParam(defaultValue = DEFAULT_RATE) int rate) {
        if (rate < 1 || rate > FASTEST) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST, "rate is " + rate + "; accepted: 1 to " + FASTEST + " letters a minute");
        }
        reason.filter(wanted -> !deadLetters.reasons().contains(wanted)).ifPresent(unknown -> {
            throw Problems.of(
                    HttpStatus.NOT_FOUND,
                    "There is no dead letter with the reason " + unknown + "; there are: " + deadLetters.reasons());
        });
        if (deadLetters.list(sync, target, Optional.empty(), 1).isEmpty()) {
            refuseUnknown(sync, target);
        }
        return redrives.begin(new Redrives.Filter(sync, target, reason), rate);
    }

    @GetMapping("/redrives")
    List<Redrive> redrives() {
        return redrives.latest(LATEST);
    }

    @GetMapping("/redrives/{id}")
    Redrive redrive(@PathVariable long id) {
        return redrives.find(id).orElseThrow(() -> Problems.of(HttpStatus.NOT_FOUND, "There is no redrive " + id));
    }

    @PostMapping("/redrives/{id}/cancel")
    Redrive cancel(@PathVariable long id) {
        Redrive known = redrive(id);
        if (!redrives.cancel(id)) {
            throw Problems.of(HttpStatus.CONFLICT, "Redrive " + id + " has ended already: " + known.state());
        }
        return redrive(id);
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
