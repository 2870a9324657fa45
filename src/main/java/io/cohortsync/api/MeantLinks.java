package io.cohortsync.api;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Which links a call means by a sync and, maybe, one of its targets. */
@Component
class MeantLinks {

    private final Settings settings;
    private final Links links;

    MeantLinks(Settings settings, Links links) {
        this.settings = settings;
        this.links = links;
    }

    /**
     * The links in use, as they are stored.
     *
     * @param target empty: all of them
     * @throws org.springframework.web.ErrorResponseException 404 if it is not configured, 409 if that target is disabled
     */
    List<Link> of(String sync, Optional<String> target) {
        SyncSettings wanted = Problems.known(settings.syncs(), sync, "sync");
        target.ifPresent(name -> check(wanted, name));
        return links.of(wanted).stream()
                .filter(link ->
                        target.map(link.settings().target().name()::equals).orElse(true))
                .toList();
    }

    private static void check(SyncSettings sync, String target) {
        Map<String, LinkSettings> byTarget = sync.links().stream()
                .collect(Collectors.toMap(link -> link.target().name(), Function.identity()));
        LinkSettings link = Problems.known(byTarget, target, "target of sync " + sync.name());
        if (!link.inUse()) {
            throw Problems.of(HttpStatus.CONFLICT, "Target " + target + " of sync " + sync.name() + " is disabled");
        }
    }
}
