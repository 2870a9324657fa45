package io.cohortsync.source;

import java.util.NoSuchElementException;
import org.springframework.stereotype.Component;

/** The snapshot that has nobody in it, for runs that remove all of an orphan's members; {@code nobodySnapshots} in the routes. */
@Component
public class NobodySnapshots {

    private static final SnapshotReader NOBODY = new SnapshotReader() {

        @Override
        public boolean hasNext() {
            return false;
        }

        @Override
        public Chunk next() {
            throw new NoSuchElementException();
        }

        @Override
        public boolean complete() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    public SnapshotReader open() {
        return NOBODY;
    }
}
