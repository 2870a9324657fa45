package io.cohortsync.source;

import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings.FileSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The files of a {@code file} source that can be chosen as a cohort; {@code fileCohorts} in the routes. */
@Component
public class FileCohorts {

    private static final int MOST = 1_000;
    private static final int DEEPEST = 8;

    private final Settings settings;

    FileCohorts(Settings settings) {
        this.settings = settings;
    }

    /**
     * The files in a source's directory and below it that are of a known kind, sorted, at most 1,000.
     *
     * @throws IncompleteSnapshotException if the directory cannot be read
     */
    public List<CohortChoice> choices(String source) {
        Path directory = ((FileSource) settings.sources().get(source)).directory();
        try (Stream<Path> files = Files.walk(directory, DEEPEST)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .filter(name -> FileFormat.of(name).isPresent())
                    .sorted()
                    .limit(MOST)
                    .map(name -> new CohortChoice(name, Optional.empty(), OptionalLong.empty()))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new IncompleteSnapshotException(
                    Files.isDirectory(directory)
                            ? "the directory " + directory + " cannot be read"
                            : "there is no directory " + directory,
                    e);
        }
    }
}
