package io.cohortsync.link;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says at start which links configuration now fills otherwise than they were filled: nothing is sent there. */
@Component
class ChangedAtStart {

    private static final Logger LOG = LoggerFactory.getLogger(ChangedAtStart.class);

    private final Settings settings;
    private final Links links;

    ChangedAtStart(Settings settings, Links links) {
        this.settings = settings;
        this.links = links;
    }

    @EventListener(ApplicationReadyEvent.class)
    void say() {
        settings.syncs().values().stream()
                .filter(SyncSettings::inUse)
                .flatMap(sync -> links.of(sync).stream())
                .forEach(link -> link.identityChange()
                        .ifPresent(change -> LOG.warn(
                                "{} is held, because {}: put it back, or POST /api/syncs/{}/accept-change says how to go on",
                                link.name(),
                                change,
                                link.settings().sync())));
    }
}
