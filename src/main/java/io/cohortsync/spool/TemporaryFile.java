package io.cohortsync.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of this process alone. It loses its name as soon as it is open, so that nothing is left of it when the process
 * is killed; where that cannot be done, it is deleted when closed.
 */
public final class TemporaryFile implements AutoCloseable {

    private final FileChannel channel;
    private long size;

    /** @throws TemporaryFileException if none can be made there */
    public TemporaryFile(Path directory) {
        try {
            Files.createDirectories(directory);
            Path path = Files.createTempFile(directory, "cohort-sync-", ".tmp");
            channel = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            try {
                Files.deleteIfExists(path);
            } catch (IOException openFilesKeepTheirName) {
                // Windows.
            }
        } catch (IOException e) {
            throw new TemporaryFileException("no temporary file can be made in " + directory, e);
        }
    }

    /** Appends; where it ends now is where the next one begins. */
    public long append(byte[] bytes, int offset, int length) {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                size += channel.write(buffer, size);
            }
            return size;
        } catch (IOException e) {
            throw new TemporaryFileException("a temporary file cannot be written", e);
        }
    }

    /** Reads what was appended; how many bytes, fewer than asked for only at the end. */
    public int read(long position, byte[] into, int offset, int length) {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
            int read = 0;
            while (buffer.hasRemaining()) {
                int count = channel.read(buffer, position + read);
                if (count < 0) {
                    break;
                }
                read += count;
            }
            return read;
        } catch (IOException e) {
            throw new TemporaryFileException("a temporary file cannot be read", e);
        }
    }

    /** How many bytes were appended. */
    public long size() {
        return size;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException nobodyReadsItAnyMore) {
            // A file that closes badly must not end a run badly.
        }
    }
}
