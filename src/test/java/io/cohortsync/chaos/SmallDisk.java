package io.cohortsync.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The application's folder for temporary files. Where the system allows it (Linux with user namespaces, no root needed) it
 * is a disk of a few megabytes of the application's own, which can be filled to the last byte. Elsewhere the folder is
 * taken away instead, and {@link #fault} says so.
 */
final class SmallDisk {

    private static final String MOUNT = "mount -t tmpfs -o size=4m tmpfs \"$0\" && exec \"$@\"";
    private static final boolean MOUNTS = mounts();
    private static final String FILLER = "filler";

    private final Path folder;
    private final boolean own;

    /** @param own a disk of its own if there can be one; else files that a killed application leaves stay to be seen */
    SmallDisk(Path folder, boolean own) throws IOException {
        this.folder = Files.createDirectories(folder.toAbsolutePath());
        this.own = own && MOUNTS;
    }

    private static boolean mounts() {
        try {
            Path probe = Files.createTempDirectory("small-disk");
            try {
                Process process = new ProcessBuilder(mounting(probe, List.of("true"))).start();
                return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
            } finally {
                Files.delete(probe);
            }
        } catch (IOException noSuchCommand) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> mounting(Path folder, List<String> command) {
        List<String> all = new ArrayList<>(
                List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, folder.toString()));
        all.addAll(command);
        return all;
    }

    Path folder() {
        return folder;
    }

    /** What goes wrong when it is {@link #fill}ed. */
    String fault() {
        return own ? "disk full" : "spool folder gone (no disk of its own here)";
    }

    /** The command, run where the disk is; it keeps the process that is started. */
    List<String> around(List<String> command) {
        return own ? mounting(folder, command) : command;
    }

    /** As the application sees it. */
    private Path seenBy(long pid) {
        return own ? Path.of("/proc/" + pid + "/root" + folder) : folder;
    }

    void fill(long pid) throws IOException {
        if (!own) {
            Files.move(folder, away());
            Files.createFile(folder);
            return;
        }
        try (OutputStream filler = Files.newOutputStream(seenBy(pid).resolve(FILLER))) {
            for (int size = 4096; size > 0; size /= 2) {
                fillBy(filler, new byte[size]);
            }
        }
    }

    private static void fillBy(OutputStream filler, byte[] some) {
        try {
            while (true) {
                filler.write(some);
            }
        } catch (IOException full) {
            // That is the point.
        }
    }

    void free(long pid) throws IOException {
        if (own) {
            Files.deleteIfExists(seenBy(pid).resolve(FILLER));
        } else {
            Files.delete(folder);
            Files.move(away(), folder);
        }
    }

    private Path away() {
        return folder.resolveSibling(folder.getFileName() + "-away");
    }

    /** Temporary files of the application's own that can still be seen. */
    List<Path> leftovers(long pid) throws IOException {
        List<Path> left = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(seenBy(pid), "cohort-sync-*")) {
            files.forEach(left::add);
        }
        return left;
    }
}
