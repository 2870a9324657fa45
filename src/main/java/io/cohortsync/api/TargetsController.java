package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.Settings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.delivery.AttemptLog;
import io.cohortsync.target.Targets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/targets}: the state of every target and its last attempts; pause and resume. */
@RestController
@RequestMapping("/api/targets")
class TargetsController {

    private final Settings settings;
    private final Targets targets;
    private final AttemptLog attempts;

    TargetsController(Settings settings, Targets targets, AttemptLog attempts) {
        this.settings = settings;
        this.targets = targets;
        this.attempts = attempts;
    }

    /** A target as the API shows it; its secrets are not shown. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record TargetView(
            String name,
            String type,
            boolean enabled,
            boolean paused,
            Optional<String> stopped,
            Map<String, String> options) {}

    @GetMapping
    List<TargetView> all() {
        return settings.targets().values().stream().map(this::view).toList();
    }

    /** The last attempts that this node made, the latest first. */
    @GetMapping("/{target}/attempts")
    List<AttemptLog.Attempt> attempts(@PathVariable String target) {
        Problems.known(settings.targets(), target, "target");
        return attempts.of(target);
    }

    @PostMapping("/{target}/pause")
    TargetView pause(@PathVariable String target) {
        return pause(target, true);
    }

    @PostMapping("/{target}/resume")
    TargetView resume(@PathVariable String target) {
        return pause(target, false);
    }

    private TargetView pause(String target, boolean paused) {
        TargetSettings wanted = Problems.known(settings.targets(), target, "target");
        targets.pause(target, paused);
        return view(wanted);
    }

    private TargetView view(TargetSettings target) {
        Targets.Condition condition = targets.read(target.name());
        return new TargetView(
                target.name(),
                target.type(),
                target.enabled(),
                condition.paused(),
                condition.stopped(),
                target.options());
    }
}
