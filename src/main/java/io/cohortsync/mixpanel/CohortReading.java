package io.cohortsync.mixpanel;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.SnapshotReader;
import io.cohortsync.source.SnapshotSpool;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One reading of a cohort, page by page; its members are kept aside until the last page has come. For one thread. */
public final class CohortReading {

    private final SyncSettings sync;
    private final List<MemberKeyField> columns;
    private final SnapshotSpool spool;
    private Optional<String> session = Optional.empty();
    private OptionalLong pageSize = OptionalLong.empty();
    private long page;
    private boolean more = true;
    private boolean given;

    CohortReading(SyncSettings sync, List<MemberKeyField> columns) {
        this.sync = sync;
        this.columns = List.copyOf(columns);
        this.spool = new SnapshotSpool(columns.size());
    }

    /** Whether there is another page to ask for. */
    public boolean isMore() {
        return more;
    }

    SyncSettings sync() {
        return sync;
    }

    List<MemberKeyField> columns() {
        return columns;
    }

    /** The number of the page to ask for, from 0. */
    long page() {
        return page;
    }

    /** What it is asked for with; empty for the first. */
    Optional<String> session() {
        return session;
    }

    String origin() {
        return "Cohort " + sync.cohort() + " of source " + sync.source().name();
    }

    /** Takes the page that was asked for. */
    void take(byte[] answer) throws BrokenPageException {
        EngagePage told = EngagePageReader.read(answer, columns, spool::add);
        requireSound(told);
        session = told.session().or(() -> session);
        pageSize = told.pageSize().isPresent() ? told.pageSize() : pageSize;
        long members = told.results().orElse(0);
        // By the documented rule, and never by "total", whose meaning is not documented (contracts, section 6.1).
        more = members > 0 && members >= fullPage();
        page++;
        if (more && session.isEmpty()) {
            throw new BrokenPageException(
                    "is full and has no \"session_id\", without which the next cannot be asked for");
        }
    }

    private void requireSound(EngagePage told) throws BrokenPageException {
        if (told.error().isPresent()) {
            throw new BrokenPageException(("is an error: " + told.error().get()).strip());
        }
        boolean bare = page > 0 && told.results().isEmpty();
        // The page after the last may hold nothing but its number (contracts, section 6.1).
        if (!told.status().map("ok"::equals).orElse(bare)) {
            throw new BrokenPageException("has "
                    + told.status().map(s -> "status \"" + s + "\"").orElse("no \"status\"") + " instead of \"ok\"");
        }
        if (page == 0 && told.results().isEmpty()) {
            throw new BrokenPageException("is the first and has no \"results\"");
        }
        if (told.page().isEmpty() || told.page().getAsLong() != page) {
            throw new BrokenPageException(
                    told.page().isEmpty()
                            ? "has no \"page\""
                            : "says that it is page " + told.page().getAsLong());
        }
        if (page > 0 && told.session().isPresent() && !told.session().equals(session)) {
            throw new BrokenPageException("belongs to another session");
        }
    }

    private long fullPage() throws BrokenPageException {
        if (pageSize.isEmpty() || pageSize.getAsLong() < 1) {
            throw new BrokenPageException(
                    "has no \"page_size\" of 1 or more, which tells whether there is another page");
        }
        return pageSize.getAsLong();
    }

    /** The whole cohort, once no page is missing. */
    SnapshotReader snapshot() {
        if (more) {
            throw new IllegalStateException(origin() + " has more pages");
        }
        given = true;
        return spool.read(origin());
    }

    /** Lets go of what was kept aside, unless somebody reads it. */
    void close() {
        if (!given) {
            spool.close();
        }
    }
}
