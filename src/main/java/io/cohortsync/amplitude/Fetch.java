package io.cohortsync.amplitude;

import io.cohortsync.source.DownloadedFile;
import java.time.Duration;
import java.util.Optional;

/**
 * The fetching of a download's file, which may take several tries.
 *
 * @param failures how many came to nothing
 * @param waiting how long to wait before the next one
 */
public record Fetch(int failures, Duration waiting, Optional<DownloadedFile> file) {

    static final Fetch NEW = new Fetch(0, Duration.ZERO, Optional.empty());

    /** Whether there is no file yet. */
    public boolean isOpen() {
        return file.isEmpty();
    }

    /** How long to wait before the next try, in milliseconds. */
    public long waitMillis() {
        return waiting.toMillis();
    }
}
