package io.cohortsync.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where benches keep data and leave results: {@code target/bench}. */
final class Folder implements AutoCloseable {

    private final Path results =
            Path.of(System.getProperty("bench.directory", "target/bench")).toAbsolutePath();
    private final Path data = results.resolve("data");

    Folder() throws IOException {
        delete(data);
        Files.createDirectories(data);
    }

    Path results() {
        return results;
    }

    /** Gone when the bench has ended. */
    Path data(String name) {
        return data.resolve(name);
    }

    @Override
    public void close() throws IOException {
        delete(data);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
