package io.cohortsync.api;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.mirror.FullListPage;
import io.cohortsync.mirror.MappedFields;
import io.cohortsync.mirror.Mirror;
import io.cohortsync.mirror.MirrorCohort;
import io.cohortsync.mirror.MirrorWriter;
import io.cohortsync.mirror.Push;
import io.cohortsync.mirror.PushedEvent;
import io.cohortsync.source.Chunk;
import io.cohortsync.source.DownloadedCohorts;
import io.cohortsync.source.DownloadedFile;
import io.cohortsync.source.SnapshotReader;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Replaces a pushed cohort by a file, for what its vendor sent while nobody listened and will not send again; {@code
 * fullListCalls} in the routes.
 */
@Component
public class FullListCalls {

    private static final String ORIGIN = "The list";

    private final Settings settings;
    private final DownloadedCohorts downloads;
    private final MappedFields mapped;
    private final Mirror mirror;
    private final MirrorWriter writer;
    private final Clock clock;

    FullListCalls(
            Settings settings,
            DownloadedCohorts downloads,
            MappedFields mapped,
            Mirror mirror,
            MirrorWriter writer,
            Clock clock) {
        this.settings = settings;
        this.downloads = downloads;
        this.mapped = mapped;
        this.mirror = mirror;
        this.writer = writer;
        this.clock = clock;
    }

    /**
     * What came of it.
     *
     * @param members how many are in the cohort now
     * @param ignored rows that name nobody
     */
    record Replaced(String source, String cohort, long members, long ignored) {}

    /**
     * Reads the whole file before it changes anything, and then applies it a thousand people at a time; whoever is not in
     * it has left, but for those whom something was received of since.
     *
     * @param at when the file was true, as an ISO 8601 instant; null: now
     * @param body CSV with a header, gzipped or not
     * @throws io.cohortsync.source.IncompleteSnapshotException when the file is not whole, or lacks a column that is needed
     */
    public Answer replace(String source, String cohort, String at, InputStream body) throws IOException {
        SourceSettings known = Problems.known(settings.sources(), source, "source");
        if (!known.pushed()) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "Source " + source + " is read and not pushed to: its cohorts are what it says");
        }
        if (!PushedEvent.mayBeCohort(cohort)) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST,
                    "A cohort's id has 1 to " + PushedEvent.LONGEST_COHORT + " characters, this one "
                            + cohort.length());
        }
        Instant time = time(at);
        List<MemberKeyField> fields = fields(known, cohort);
        try (DownloadedFile file = DownloadedFile.of(body)) {
            int pages = pages(file, fields);
            return Answer.json(200, apply(known, cohort, file, fields, pages, time));
        }
    }

    private Instant time(String at) {
        try {
            Instant time = at == null ? clock.instant() : Instant.parse(at);
            if (!time.isAfter(clock.instant())) {
                return time;
            }
        } catch (DateTimeParseException notATime) {
            // Told below.
        }
        throw Problems.of(
                HttpStatus.BAD_REQUEST,
                "at is \"" + at + "\". Accepted: a time that has passed, such as " + clock.instant());
    }

    /** The field that people are known by, and what some sync takes for the member key. */
    private List<MemberKeyField> fields(SourceSettings source, String cohort) {
        MemberKeyField member = new MemberKeyField.Named(source.fields().get(0));
        return Stream.concat(Stream.of(member), mapped.of(source.name(), cohort).stream())
                .toList();
    }

    /** How many parts the file has, once it was read to its end. */
    private int pages(DownloadedFile file, List<MemberKeyField> fields) {
        int pages = 0;
        try (SnapshotReader whole = downloads.look(ORIGIN, file, fields)) {
            while (whole.hasNext()) {
                whole.next();
                pages++;
            }
        }
        return Math.max(pages, 1);
    }

    private Replaced apply(
            SourceSettings source,
            String cohort,
            DownloadedFile file,
            List<MemberKeyField> fields,
            int pages,
            Instant time) {
        String generation = "file-" + UUID.randomUUID();
        long ignored = 0;
        try (SnapshotReader whole = downloads.open(ORIGIN, file, fields, Set.of())) {
            for (int page = 1; page <= pages; page++) {
                List<PushedEvent> events = new ArrayList<>();
                int rows = 0;
                if (whole.hasNext()) {
                    Chunk chunk = whole.next();
                    rows = chunk.rows();
                    for (int row = 0; row < rows; row++) {
                        event(source.name(), cohort, chunk, row, fields, time).ifPresent(events::add);
                    }
                }
                writer.store(new Push(
                        source.name(),
                        events,
                        Optional.of(new FullListPage(cohort, generation, page, pages, time)),
                        rows - events.size()));
                ignored += rows - events.size();
            }
        }
        return new Replaced(source.name(), cohort, members(source.name(), cohort), ignored);
    }

    private long members(String source, String cohort) {
        return mirror.find(source, cohort).map(MirrorCohort::members).orElse(0L);
    }

    private Optional<PushedEvent> event(
            String source, String cohort, Chunk chunk, int row, List<MemberKeyField> fields, Instant now) {
        String member = chunk.value(row, 0);
        return PushedEvent.mayBeMember(member)
                ? Optional.of(new PushedEvent(
                        cohort,
                        Optional.empty(),
                        member,
                        true,
                        now,
                        mapped.kept(source, cohort, field -> chunk.value(row, fields.indexOf(field)))))
                : Optional.empty();
    }
}
