package io.cohortsync.api;

import io.cohortsync.delivery.DeadLetters;
import io.cohortsync.delivery.DeadLetters.DeadLetter;
import java.util.List;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/dead-letters}: the changes that targets refuse, and why. */
@RestController
@RequestMapping("/api/dead-letters")
class DeadLettersController {

    private static final int MOST = 1_000;

    private final DeadLetters deadLetters;

    DeadLettersController(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    @GetMapping
    List<DeadLetter> list(
            @RequestParam Optional<String> sync,
            @RequestParam Optional<String> target,
            @RequestParam Optional<String> reason) {
        return deadLetters.list(sync, target, reason, MOST);
    }
}
