package io.cohortsync.source;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file as a vendor sent it, kept in a temporary file that loses its name as soon as it is open: nothing of it is left
 * when the process is killed, nor after {@link #close}.
 */
public final class DownloadedFile implements Closeable {

    private static final int BUFFER = 64 * 1024;

    private final FileChannel channel;

    private DownloadedFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Keeps what a stream holds, and closes the stream.
     *
     * @throws IOException if it breaks off, or the temporary file cannot be written
     */
    public static DownloadedFile of(InputStream content) throws IOException {
        Path path = Files.createTempFile("cohort-sync-", ".download");
        FileChannel channel = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try (content) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException openFilesKeepTheirName) {
                // Windows.
            }
            content.transferTo(Channels.newOutputStream(channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return new DownloadedFile(channel);
    }

    /** What it holds; closing that closes the file. */
    InputStream content() throws IOException {
        channel.position(0);
        return new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
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
