package io.cohortsync.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.link.RunUnderWayException;
import io.cohortsync.orphan.Orphan;
import io.cohortsync.orphan.Orphans;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/orphans}: members that no configured link looks after. To remove them is a run, and so a route. */
@RestController
@RequestMapping("/api/orphans")
class OrphansController {

    private final Settings settings;
    private final OrphanCalls calls;
    private final Orphans orphans;
    private final Links links;

    OrphansController(Settings settings, OrphanCalls calls, Orphans orphans, Links links) {
        this.settings = settings;
        this.calls = calls;
        this.orphans = orphans;
        this.links = links;
    }

    /**
     * A link that goes on from an orphan's members.
     *
     * @param held why nothing is sent to it yet, if it differs from what the orphan was filled under
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record AdoptedBy(String sync, String target, long acknowledged, Optional<String> held) {}

    @GetMapping
    List<Orphan> all() {
        return orphans.all();
    }

    @PostMapping("/{id}/drop")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void drop(@PathVariable String id, @RequestParam Optional<String> forget) {
        Orphan orphan = calls.known(id);
        OptionalLong number = Problems.number("forget", forget.orElse(null));
        if (!number.equals(OptionalLong.of(orphan.acknowledged()))) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "Nothing was changed. Orphan " + id + " has " + orphan.acknowledged()
                            + " known members, who would stay at " + orphan.target() + ": repeat it with forget="
                            + orphan.acknowledged(),
                    Map.of("forget", orphan.acknowledged()));
        }
        orphans.drop(orphan.id());
    }

    @PostMapping("/{id}/adopt")
    AdoptedBy adopt(@PathVariable String id, @RequestParam("as") String name) {
        Orphan orphan = calls.known(id);
        SyncSettings sync = Problems.known(settings.syncs(), name, "sync");
        LinkSettings link = sync.links().stream()
                .filter(known -> known.target().name().equals(orphan.target()))
                .findFirst()
                .orElseThrow(() -> Problems.of(
                        HttpStatus.CONFLICT,
                        "Sync " + name + " has no target " + orphan.target() + ", where they are"));
        if (!orphans.adopt(orphan.id(), sync, link)) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    name + " → " + orphan.target() + " knows members of its own already: only an empty link can adopt");
        }
        Link adopted = links.stored(sync, link);
        return new AdoptedBy(
                name,
                orphan.target(),
                adopted.acknowledged(),
                adopted.identityChange()
                        .map(what -> "held, because " + what + ": POST /api/syncs/" + name
                                + "/accept-change?as=keep&target=" + orphan.target() + " takes them as they are"));
    }

    @ExceptionHandler
    ProblemDetail underWay(RunUnderWayException run) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, run.getMessage());
    }
}
