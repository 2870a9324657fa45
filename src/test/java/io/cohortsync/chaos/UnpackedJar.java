package io.cohortsync.chaos;

import io.cohortsync.testing.PackedApp;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The packed jar, unpacked by its own tools: the same classes, in half the time to start. */
final class UnpackedJar {

    private final Path jar;
    private final Path inside;

    private UnpackedJar(Path jar, Path inside) {
        this.jar = jar;
        this.inside = inside;
    }

    static UnpackedJar in(Path folder) throws IOException, InterruptedException {
        Path packed = Path.of(System.getProperty("packed.jar"));
        int exit = new ProcessBuilder(
                        PackedApp.java(),
                        "-Djarmode=tools",
                        "-jar",
                        packed.toString(),
                        "extract",
                        "--force",
                        "--destination",
                        folder.resolve("jar").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("unpacking").toFile())
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IllegalStateException(Files.readString(folder.resolve("unpacking")));
        }
        return new UnpackedJar(folder.resolve("jar").resolve(packed.getFileName()), inside(folder.resolve("inside")));
    }

    /** The few classes of the tests that run inside the application, and nothing else of theirs. */
    private static Path inside(Path folder) throws IOException {
        for (String name : List.of("Inside", "Inside$MovedClock")) {
            String path = "io/cohortsync/chaos/" + name + ".class";
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            try (InputStream content = UnpackedJar.class.getResourceAsStream("/" + path)) {
                Files.write(file, content.readAllBytes());
            }
        }
        Path factories = folder.resolve("META-INF/spring.factories");
        Files.createDirectories(factories.getParent());
        Files.writeString(
                factories,
                "org.springframework.context.ApplicationContextInitializer=" + Inside.class.getName() + "\n");
        return folder;
    }

    /** The command that starts it. */
    List<String> command(String... options) {
        List<String> command = new ArrayList<>(
                List.of(PackedApp.java(), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(List.of(options));
        return command;
    }

    /** Alone. */
    List<String> plain() {
        List<String> command = command();
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    /** With what the tests have inside it, and its temporary files in a folder. */
    List<String> withInside(Path temporary) {
        List<String> command = command("-Djava.io.tmpdir=" + temporary);
        command.addAll(List.of("-classpath", jar + File.pathSeparator + inside, "io.cohortsync.CohortSync"));
        return command;
    }
}
