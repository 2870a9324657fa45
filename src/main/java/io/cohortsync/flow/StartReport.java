package io.cohortsync.flow;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Says after the start what runs and where to look; where nothing runs, what to do next. */
@Component
class StartReport {

    private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

    private static final String FIRST_STEPS = """
            Nothing to do yet: no sync is configured. What to do next:

              1. %s The smallest one that works:

                   cohort-sync:
                     sources:
                       exports: { type: file, directory: ./cohorts }
                     targets:
                       web: { type: segment, write-key: "the key of a Segment source", region: us }
                     syncs:
                       vip:
                         from: { source: exports, cohort: vip.csv, member-key: user_id }
                         schedule: hourly
                         to: [ web ]

              2. Have it checked, with nothing started:  java -jar %s --check
              3. Start again. README.md explains every option; its demo needs no keys.
            """;

    private final Settings settings;
    private final PausePolicy pauses;
    private final Environment environment;

    StartReport(Settings settings, PausePolicy pauses, Environment environment) {
        this.settings = settings;
        this.pauses = pauses;
        this.environment = environment;
    }

    @EventListener(ApplicationReadyEvent.class)
    void report() {
        if (settings.syncs().isEmpty()) {
            LOG.warn("{}", String.format(FIRST_STEPS, whereToPutIt(), jar()));
            return;
        }
        long running =
                settings.syncs().values().stream().filter(SyncSettings::inUse).count();
        long disabled = settings.syncs().size() - running;
        LOG.info(
                "{}{}, {}{}; {}",
                counted(running, "sync"),
                disabled == 0 ? "" : " (and " + disabled + " disabled)",
                counted(settings.targets().size(), "target"),
                pauses.paused().isEmpty()
                        ? ""
                        : ", paused: "
                                + String.join(
                                        ", ", pauses.paused().stream().sorted().toList()),
                api());
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private String api() {
        String address = "http://" + environment.getProperty("server.address", "127.0.0.1") + ":"
                + environment.getProperty("local.server.port");
        return settings.security().open()
                ? "API on " + address + "/api/syncs"
                : "health on " + address + "/actuator/health, API closed (README: security)";
    }

    private static String whereToPutIt() {
        Path folder = Path.of("").toAbsolutePath();
        return Files.exists(folder.resolve("application.yaml"))
                ? "Give " + folder.resolve("application.yaml") + " a section cohort-sync.syncs."
                : "Put a file named application.yaml into " + folder + ".";
    }

    private static String jar() {
        String started = System.getProperty("java.class.path", "");
        return started.endsWith(".jar") ? started : "cohort-sync.jar";
    }
}
