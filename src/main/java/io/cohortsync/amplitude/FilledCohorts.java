package io.cohortsync.amplitude;

import io.cohortsync.config.ListSettings;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Settings;
import io.cohortsync.link.Link;
import io.cohortsync.link.RemoteLists;
import io.cohortsync.quota.Left.LeftDownloads;
import io.cohortsync.quota.SourceCalls;
import io.cohortsync.readback.ReadBack;
import io.cohortsync.readback.ReadBacks;
import io.cohortsync.source.Chunk;
import io.cohortsync.source.DownloadedCohorts;
import io.cohortsync.source.SnapshotReader;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Reads who is in the cohorts that links fill, by the downloads that sources are read by (contracts, section 3.2); {@code
 * amplitudeFilledCohorts} in the routes.
 */
@Component("amplitudeFilledCohorts")
public class FilledCohorts {

    private final Asking asking;
    private final RemoteLists lists;
    private final DownloadedCohorts downloads;
    private final ReadBacks readBacks;
    private final SourceCalls calls;

    FilledCohorts(
            Asking asking, RemoteLists lists, DownloadedCohorts downloads, ReadBacks readBacks, SourceCalls calls) {
        this.asking = asking;
        this.lists = lists;
        this.downloads = downloads;
        this.readBacks = readBacks;
        this.calls = calls;
    }

    /** What the project that a link's target fills is called where it is read. */
    public String project(Link link) {
        return Settings.behind(link.settings().target().name());
    }

    /** For a download of the cohort that a link fills. */
    public Ask download(Link link) {
        String cohort = lists.read(link).id().or(() -> list(link).id()).orElseThrow();
        return asking.download(link.settings().target().name(), cohort);
    }

    /** Nobody says whether Amplitude keeps blanks around an id. */
    public ReadBack begin(Link link) {
        return readBacks.begin(link, String::strip);
    }

    /**
     * Takes all who are in the file, and closes it.
     *
     * @throws io.cohortsync.source.IncompleteSnapshotException if it is not whole
     */
    public void take(ReadBack readBack, Fetch fetch) {
        boolean byUserId = list(readBack.link()).idType().equals("user-id");
        MemberKeyField field = new MemberKeyField.Named(byUserId ? "user_id" : "amplitude_id");
        try (SnapshotReader file = downloads.open(
                "Amplitude's file of the cohort", fetch.file().orElseThrow(), List.of(field), Set.of())) {
            while (file.hasNext()) {
                take(readBack, file.next());
            }
        }
        calls.left(project(readBack.link()))
                .flatMap(left -> left.downloads())
                .map(FilledCohorts::cost)
                .ifPresent(readBack::note);
    }

    private static void take(ReadBack readBack, Chunk people) {
        for (int row = 0; row < people.rows(); row++) {
            String key = people.value(row, 0);
            // Whoever has no user id was not added by us.
            if (!key.isBlank()) {
                readBack.there(key);
            }
        }
    }

    private static String cost(LeftDownloads downloads) {
        return String.format(
                Locale.ROOT,
                "this cost a download: %,d of this month's %,d of the project are used",
                downloads.used(),
                downloads.allowed());
    }

    private static ListSettings list(Link link) {
        return link.settings().list().orElseThrow();
    }
}
