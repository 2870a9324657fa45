package io.cohortsync.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * A file as it was before it was opened.
 *
 * @param key the file system's own name for the file, which changes when another file takes its place
 */
record SnapshotFile(Path path, boolean regular, long size, FileTime modified, String key) {

    static SnapshotFile at(Path path) throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        return new SnapshotFile(
                path, now.isRegularFile(), now.size(), now.lastModifiedTime(), String.valueOf(now.fileKey()));
    }

    /** Whether the file of this name is another one now, or was written to. */
    boolean changed() {
        try {
            return !equals(at(path));
        } catch (IOException e) {
            return true;
        }
    }
}
