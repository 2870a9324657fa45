package io.cohortsync.api;

import io.cohortsync.orphan.Orphan;
import io.cohortsync.orphan.Orphans;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** What the API's route for an orphan needs beside the flow itself; {@code orphanCalls} in the routes. */
@Component
public class OrphanCalls {

    private final Orphans orphans;

    OrphanCalls(Orphans orphans) {
        this.orphans = orphans;
    }

    Orphan known(String id) {
        return Problems.number("An orphan's id", id).stream()
                .mapToObj(orphans::find)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> Problems.of(
                        HttpStatus.NOT_FOUND, "There is no orphan " + id + "; GET /api/orphans lists those there are"));
    }

    /**
     * Has an orphan's members removed by the run that begins now.
     *
     * @param plan what approves it where it is held
     * @return the name of the run's sync
     */
    public String remove(String id, String plan, String wait) {
        SyncCalls.checkWait(wait);
        Orphan orphan = known(id);
        orphan.notRemovable().ifPresent(why -> {
            throw Problems.of(HttpStatus.CONFLICT, "The members of orphan " + id + " cannot be removed: " + why);
        });
        orphan.plan().filter(held -> !held.equals(plan)).ifPresent(held -> {
            long members = orphan.acknowledged() + orphan.inDoubt();
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "Held: " + members + " members would be removed from " + orphan.target() + ", and "
                            + orphan.held().orElseThrow() + ". To approve, repeat it with plan=" + held,
                    Map.of("members", members, "plan", held));
        });
        return orphans.remove(orphan.id(), orphan.plan().isPresent());
    }
}
