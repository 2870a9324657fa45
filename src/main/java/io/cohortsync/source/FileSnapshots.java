package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Reads cohorts from files: CSV with a header ({@code .csv}) and JSON Lines ({@code .jsonl}, {@code .ndjson}), in UTF-8
 * with or without a byte order mark, gzipped or not whatever the name says.
 *
 * <p>Memory does not depend on the file: a record of more than about 1,000,000 characters fails the snapshot. So does
 * everything that leaves a doubt whether all of it was read: an empty file, one that ends in the middle of a record or
 * of its gzip data, a record that does not fit the header, bytes that are not UTF-8, a file that changed or was
 * replaced while it was read. Messages name the file and, where known, the line, and never what a record holds.
 */
@Component
public class FileSnapshots {

    private static final int LISTED = 10;

    /**
     * Opens a file; its content is read as the chunks are asked for, and so are its faults found.
     *
     * @param directory where the source's files are
     * @param fileName the file in it, or below it; a path that leads out of the directory is refused, a symbolic link
     *     in it is followed
     * @param fields the distinct fields wanted: each row of a chunk has one value for each, in this order
     * @throws IncompleteSnapshotException when there is no such file, or it cannot be opened, or its name has none of
     *     the endings above
     */
    public SnapshotReader open(Path directory, String fileName, List<MemberKeyField> fields) {
        String origin = "File " + fileName;
        FileFormat format = FileFormat.of(fileName)
                .orElseThrow(() -> new IncompleteSnapshotException(
                        origin + " is of an unknown kind: its name must end with " + FileFormat.ENDINGS));
        Path path = inside(directory, fileName);
        try {
            SnapshotFile file = SnapshotFile.at(path);
            if (!file.regular()) {
                throw new IncompleteSnapshotException(origin + " is not a file");
            }
            return new Chunks(
                    origin, new FileRecords(file, format.records(content(path), List.copyOf(fields))), fields.size());
        } catch (NoSuchFileException e) {
            throw new IncompleteSnapshotException(origin + " does not exist; " + present(directory), e);
        } catch (AccessDeniedException e) {
            throw new IncompleteSnapshotException(origin + " cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new IncompleteSnapshotException(origin + " cannot be read: " + e, e);
        }
    }

    private static Path inside(Path directory, String fileName) {
        Path root = directory.toAbsolutePath().normalize();
        try {
            Path relative = Path.of(fileName);
            Path path = root.resolve(relative).normalize();
            if (!relative.isAbsolute() && path.startsWith(root) && !path.equals(root)) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new IncompleteSnapshotException("File " + fileName + " has a name that cannot be a file's", e);
        }
        throw new IncompleteSnapshotException(
                "File " + fileName + " is refused: a file's name must not lead out of the source's directory");
    }

    private static InputStream content(Path path) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(path), 64 * 1024);
        try {
            return GzipMembers.begin(in) ? new GzipMembers(in) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static String present(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            TreeSet<String> names = new TreeSet<>();
            long[] more = {0};
            entries.filter(Files::isRegularFile).forEach(entry -> {
                names.add(entry.getFileName().toString());
                if (names.size() > LISTED) {
                    names.pollLast();
                    more[0]++;
                }
            });
            if (names.isEmpty()) {
                return "there is no file in " + directory;
            }
            String listed = "in " + directory + " there is: " + String.join(", ", names);
            return more[0] > 0 ? listed + " and " + more[0] + " more" : listed;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return "there is no directory " + directory;
        } catch (IOException | UncheckedIOException e) {
            return "the directory " + directory + " cannot be listed";
        }
    }
}
