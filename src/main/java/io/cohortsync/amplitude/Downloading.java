package io.cohortsync.amplitude;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.DownloadedCohorts;
import io.cohortsync.source.DownloadedFile;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.SnapshotReader;
import io.cohortsync.source.Told;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/** The steps of a download (contracts, sections 3.2 and 3.3); {@code amplitudeDownloading} in the routes. */
@Component("amplitudeDownloading")
public class Downloading {

    /** How long a download may take, from its request to its file. */
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private static final int MOST_FAILURES = 3;

    private final ObjectMapper json;
    private final DownloadedCohorts downloads;
    private final Asking asking;
    private final Clock clock;

    Downloading(ObjectMapper json, DownloadedCohorts downloads, Asking asking, Clock clock) {
        this.json = json;
        this.downloads = downloads;
        this.asking = asking;
        this.clock = clock;
    }

    /** Whether a download that was asked for did surely not begin, and so costs nothing. */
    public boolean isFree(Ask ask, int status) {
        return ask.isDownload() && status >= 400 && status < 500 && status != 408;
    }

    /** A download has begun. */
    public Job begun(String source, InputStream answer) {
        String id = JsonAnswer.read(json, answer).path("request_id").asText();
        if (id.isBlank()) {
            throw new IncompleteSnapshotException("Amplitude's answer to a request for a download names no request");
        }
        return new Job(source, id, clock.instant().plus(LONGEST), false);
    }

    /**
     * Amplitude said how far a download has got.
     *
     * @throws IncompleteSnapshotException if it failed there, or takes too long
     */
    public Job polled(Job job, int status, InputStream answer) {
        JsonNode said = JsonAnswer.read(json, answer);
        String state = said.path("async_status").asText().toUpperCase(Locale.ROOT);
        if (state.contains("FAIL") || state.contains("ERROR")) {
            throw new IncompleteSnapshotException("Amplitude could not prepare the download: " + state);
        }
        if (status == 200) {
            return job.done();
        }
        if (clock.instant().isAfter(job.giveUp())) {
            throw new IncompleteSnapshotException(
                    "Amplitude had not prepared the download after " + LONGEST.toMinutes() + " minutes");
        }
        return job;
    }

    /** The beginning of a fetch. */
    public Fetch fetch() {
        return Fetch.NEW;
    }

    /** Where an answer says that the file is; a relative link is one on the same host. */
    public FileLink link(Ask ask, String location) {
        try {
            URI at = URI.create(ask.uri()).resolve(location.strip());
            if (at.getHost() == null) {
                throw new IllegalArgumentException();
            }
            String text = at.toString();
            int query = text.indexOf('?');
            return query < 0
                    ? new FileLink(text, "")
                    : new FileLink(text.substring(0, query), text.substring(query + 1));
        } catch (IllegalArgumentException e) {
            // Never with the link in it.
            throw new IncompleteSnapshotException("Amplitude's link to the file is no address");
        }
    }

    /**
     * Keeps the file, if there is one.
     *
     * @param status of the last answer: a link's, or the API's own
     * @param body null: there is none
     * @throws IOException if it breaks off
     */
    public Fetch fetched(Job job, Fetch fetch, int status, InputStream body) throws IOException {
        InputStream content = Optional.ofNullable(body).orElseGet(InputStream::nullInputStream);
        if (status == 200) {
            return new Fetch(fetch.failures(), Duration.ZERO, Optional.of(DownloadedFile.of(content)));
        }
        content.close();
        return failed(job, fetch, "HTTP " + status + (status == 403 ? ", as of a link that has expired" : ""));
    }

    /** The file did not come. */
    public Fetch broken(Job job, Fetch fetch, Exception why) {
        return failed(job, fetch, "it broke off (" + Asking.name(why) + ")");
    }

    private Fetch failed(Job job, Fetch fetch, String words) {
        int failures = fetch.failures() + 1;
        if (failures >= MOST_FAILURES) {
            throw new IncompleteSnapshotException(
                    "The file of the download could not be fetched, tried " + failures + " times: " + words);
        }
        return new Fetch(failures, asking.pollInterval(job.source()), Optional.empty());
    }

    /**
     * Opens the file.
     *
     * @param before what Amplitude told of the cohort before the download
     * @param after what it told when the file was there: the cohort may have been computed meanwhile
     */
    public SnapshotReader open(SyncSettings sync, Fetch fetch, List<MemberKeyField> columns, Told before, Told after) {
        Set<Long> sizes = new HashSet<>();
        before.size().ifPresent(sizes::add);
        if (before.state().isEmpty() || !before.state().equals(after.state())) {
            after.size().ifPresent(sizes::add);
        }
        return downloads.open(
                "Amplitude's file of cohort " + sync.cohort(), fetch.file().orElseThrow(), columns, sizes);
    }

    /**
     * Lets go of a file that is not read after all.
     *
     * @throws Exception the reason, always
     */
    public void discard(Fetch fetch, Exception why) throws Exception {
        fetch.file().ifPresent(DownloadedFile::close);
        throw why;
    }
}
