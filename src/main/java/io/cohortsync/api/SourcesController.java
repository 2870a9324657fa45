package io.cohortsync.api;

import io.cohortsync.config.Settings;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/sources}: the configured sources. */
@RestController
class SourcesController {

    private final Settings settings;

    SourcesController(Settings settings) {
        this.settings = settings;
    }

    record SourceView(String name, String type, boolean enabled, List<String> syncs) {}

    @GetMapping("/api/sources")
    List<SourceView> all() {
        return settings.sources().values().stream()
                .map(source -> new SourceView(
                        source.name(),
                        source.type(),
                        source.enabled(),
                        settings.syncs().values().stream()
                                .filter(sync -> sync.source().name().equals(source.name()))
                                .map(sync -> sync.name())
                                .toList()))
                .toList();
    }
}
