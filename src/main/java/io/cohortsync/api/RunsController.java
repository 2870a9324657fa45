package io.cohortsync.api;

import io.cohortsync.config.Settings;
import io.cohortsync.orphan.Orphans;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.RunView;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/runs}: what every run did; one under way is cancelled here. */
@RestController
@RequestMapping("/api/runs")
class RunsController {

    private static final int LATEST = 100;

    private final Settings settings;
    private final RunStore runs;
    private final Orphans orphans;

    RunsController(Settings settings, RunStore runs, Orphans orphans) {
        this.settings = settings;
        this.runs = runs;
        this.orphans = orphans;
    }

    @GetMapping
    List<RunView> latest(@RequestParam Optional<String> sync) {
        List<RunView> found = runs.latest(sync, LATEST);
        if (found.isEmpty()) {
            // A sync that left the configuration has a history all the same.
            sync.ifPresent(name -> Problems.known(settings.syncs(), name, "sync"));
        }
        return found;
    }

    @GetMapping("/{id}")
    RunView one(@PathVariable long id) {
        return runs.find(id).orElseThrow(() -> Problems.of(HttpStatus.NOT_FOUND, "There is no run " + id));
    }

    /** The node that is at it sends nothing more; what is under way is answered first, so this answers sooner. */
    @PostMapping("/{id}/cancel")
    @ResponseStatus(HttpStatus.ACCEPTED)
    RunView cancel(@PathVariable long id) {
        if (runs.cutOff(id)) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "Run " + id + " was cut off when its node stopped: the next run of its sync closes its books");
        }
        boolean asked = runs.cancel(id);
        RunView run = one(id);
        if (!asked) {
            throw Problems.of(HttpStatus.CONFLICT, "Run " + id + " has ended already: " + run.state());
        }
        orphans.cancelled(run.sync());
        return run;
    }
}
