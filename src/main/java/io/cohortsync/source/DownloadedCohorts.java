package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Reads cohorts out of CSV files that vendors sent, gzipped (even twice) or not, as their first bytes tell; with the same
 * care as {@link FileSnapshots}.
 */
@Component
public class DownloadedCohorts {

    private static final int MOST_TIMES_GZIPPED = 2;

    /**
     * Opens a file, which is closed with the reader or when this fails.
     *
     * @param origin what it is, as the beginning of a sentence
     * @param fields the distinct columns wanted, by their names: each row of a chunk has one value for each, in this order
     * @param sizes how many records it must have, each of them right; empty: any number
     * @throws IncompleteSnapshotException when it cannot be read
     */
    public SnapshotReader open(String origin, DownloadedFile file, List<MemberKeyField> fields, Set<Long> sizes) {
        return open(origin, file, file::content, fields, sizes);
    }

    /** As {@link #open}, but when it was read to its end the file can be opened again. */
    public SnapshotReader look(String origin, DownloadedFile file, List<MemberKeyField> fields) {
        return open(origin, file, () -> kept(file.content()), fields, Set.of());
    }

    private interface Content {
        InputStream open() throws IOException;
    }

    private static InputStream kept(InputStream content) {
        return new FilterInputStream(content) {
            @Override
            public void close() {
                // The file is read again.
            }
        };
    }

    private static SnapshotReader open(
            String origin, DownloadedFile file, Content content, List<MemberKeyField> fields, Set<Long> sizes) {
        try {
            Records records = new PlainRows(unzipped(content.open()), List.copyOf(fields));
            return new Chunks(origin, new SizedRecords(records, Set.copyOf(sizes)), fields.size());
        } catch (BrokenContentException e) {
            file.close();
            throw new IncompleteSnapshotException(origin + " " + e.getMessage());
        } catch (IOException e) {
            file.close();
            throw new IncompleteSnapshotException(origin + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static InputStream unzipped(InputStream in) throws IOException {
        InputStream content = in;
        for (int i = 0; i < MOST_TIMES_GZIPPED && GzipMembers.begin(content); i++) {
            content = new BufferedInputStream(new GzipMembers(content), 64 * 1024);
        }
        return content;
    }
}
