package io.cohortsync.source;

import java.io.IOException;

/** The records of a file that must stay what it is until its end is reached. */
final class FileRecords implements Records {

    private final SnapshotFile file;
    private final Records records;

    FileRecords(SnapshotFile file, Records records) {
        this.file = file;
        this.records = records;
    }

    @Override
    public boolean next(Chunk.Builder into) throws IOException {
        boolean more;
        try {
            more = records.next(into);
        } catch (IOException e) {
            // Half a record is what a reader sees of a file being written, so the change is the better explanation.
            throw file.changed() ? changed() : e;
        }
        if (!more && file.changed()) {
            throw changed();
        }
        return more;
    }

    private static BrokenContentException changed() {
        return new BrokenContentException("changed while it was read");
    }

    @Override
    public void close() throws IOException {
        records.close();
    }
}
