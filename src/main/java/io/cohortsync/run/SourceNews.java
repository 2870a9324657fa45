package io.cohortsync.run;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.link.Link;
import io.cohortsync.link.Links;
import io.cohortsync.link.Renames;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.source.Told;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What a source tells of its cohort before a run reads it: the name that links are filled under, and whether anything is
 * new since the last run that succeeded; {@code sourceNews} in the routes.
 */
@Component
public class SourceNews {

    private static final int LONGEST_NAME = 1_000;

    private final Settings settings;
    private final JdbcClient jdbc;
    private final Links links;
    private final Renames renames;
    private final MembershipStore members;
    private final Fingerprint fingerprint;
    private final Clock clock;

    SourceNews(
            Settings settings,
            JdbcClient jdbc,
            Links links,
            Renames renames,
            MembershipStore members,
            Fingerprint fingerprint,
            Clock clock) {
        this.settings = settings;
        this.jdbc = jdbc;
        this.links = links;
        this.renames = renames;
        this.members = members;
        this.fingerprint = fingerprint;
        this.clock = clock;
    }

    /** A source that tells nothing. */
    public Told nothing() {
        return Told.nothing();
    }

    /** The run, which from now on knows what its source told. */
    public Run heard(Run run, Told told) {
        return heard(run, told, true);
    }

    /** As {@link #heard}, and no link is moved, because what is there is to be written down. */
    public Run heardInPlace(Run run, Told told) {
        return heard(run, told, false);
    }

    private Run heard(Run run, Told told, boolean mayMove) {
        SyncSettings sync = run.sync();
        if (sync.givenName().isEmpty()) {
            Optional<String> name =
                    told.name().filter(known -> !known.isBlank()).map(SourceNews::storable);
            name.ifPresent(known -> renames.told(sync, run.lease().token(), known, mayMove));
            links.name(sync, run.lease().token(), name.orElse(sync.name()));
        }
        List<Link> current = sync.givenName().isPresent() ? run.links() : links(sync);
        return run.reading(current, told.state().map(state -> state(sync, current, state)));
    }

    /** The links of a sync as a run of it sees them. */
    public List<Link> links(SyncSettings sync) {
        List<Link> stored = links.of(sync);
        return sync.givenName().isPresent()
                ? stored
                : stored.stream().map(this::unlessTaken).toList();
    }

    private static String storable(String name) {
        String text = name.replace("\0", "");
        return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME);
    }

    /** Of two links that write one trait or list, which configuration could not show, the second writes nothing. */
    private Link unlessTaken(Link link) {
        boolean untouched = link.acknowledged() == 0 && link.identityChange().isEmpty();
        return untouched
                ? links.otherThatWrites(link, settings.syncs().values())
                        .map(other -> link.held(
                                "it would write what " + other + " writes already: give one of them another name"))
                        .orElse(link)
                : link;
    }

    /**
     * Whether the run would read what the last one that succeeded read, and nobody is to be tried again. Our own table of
     * what was pushed costs nothing to read.
     */
    public boolean isOld(Run run) {
        return run.reads().isPresent()
                && !run.sync().pushed()
                && run.reads().equals(stored(run.sync().name()))
                && run.links().stream().noneMatch(this::owesATry);
    }

    /**
     * Whether a sync has a reason to run.
     *
     * @param state which state of the cohort would be read
     */
    public boolean isNew(SyncSettings sync, String state) {
        List<Link> current = links.of(sync);
        return !Optional.of(state(sync, current, state)).equals(stored(sync.name()))
                || current.stream().anyMatch(this::owesATry);
    }

    private boolean owesATry(Link link) {
        return members.fallenDue(link.id(), Instant.EPOCH, clock.instant()) > 0;
    }

    /** All of what a run read is delivered. */
    void done(Run run) {
        // Something else may want the next run to read, since this one passed the wall.
        run.reads()
                .ifPresent(state -> jdbc.sql(
                                "update sync set delivered_state = ? where name = ? and token = ? and delivered_state = ?")
                        .params(state, run.sync().name(), run.lease().token(), delivering(run))
                        .update());
    }

    /** Until all of what a run read is delivered, it has to be read again, also if the run is cut off. */
    void undone(Run run) {
        run.reads()
                .ifPresent(state -> jdbc.sql("update sync set delivered_state = ? where name = ? and token = ?")
                        .params(delivering(run), run.sync().name(), run.lease().token())
                        .update());
    }

    /** What stands for the state while a run delivers it: no state is called so. */
    private static String delivering(Run run) {
        return "run " + run.id();
    }

    private Optional<String> stored(String sync) {
        return jdbc.sql("select delivered_state from sync where name = ?")
                .param(sync)
                .query((rs, i) -> Optional.ofNullable(rs.getString(1)))
                .optional()
                .flatMap(found -> found);
    }

    private String state(SyncSettings sync, List<Link> current, String state) {
        return state + " for " + Long.toHexString(fingerprint.of(sync.cohort() + links.identity(sync, current)));
    }
}
