package io.cohortsync.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {

    @TempDir
    Path folder;

    private Path overlay;

    @BeforeEach
    void layOut() throws IOException {
        overlay = folder.resolve("work/routes");
        write("app/routes/run.camel.yaml", "packed run");
        write("app/routes/destinations/a b.camel.yaml", "packed a b");
        write("app/routes/destinations/routes/deep.camel.yaml", "packed deep");
        write("app/routes/notes.txt", "no route");
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<RouteFile> find() throws IOException {
        URL[] classPath = {folder.resolve("app").toUri().toURL()};
        try (URLClassLoader classLoader = new URLClassLoader(classPath, null)) {
            return RouteFiles.find(overlay, classLoader);
        }
    }

    @Test
    void packagedFilesAreFoundAtAnyDepthAndSorted() throws IOException {
        assertThat(find())
                .containsExactly(
                        new RouteFile(
                                "destinations/a b.camel.yaml",
                                "packaged routes/destinations/a b.camel.yaml",
                                "packed a b"),
                        new RouteFile(
                                "destinations/routes/deep.camel.yaml",
                                "packaged routes/destinations/routes/deep.camel.yaml",
                                "packed deep"),
                        new RouteFile("run.camel.yaml", "packaged routes/run.camel.yaml", "packed run"));
    }

    @Test
    void aFileBesideTheJarHidesThePackagedOneOfTheSamePath() throws IOException {
        write("work/routes/run.camel.yaml", "my run");
        write("work/routes/destinations/mine.camel.yaml", "mine");
        write("work/routes/destinations/readme.md", "no route");

        assertThat(find())
                .extracting(RouteFile::path, RouteFile::text)
                .containsExactly(
                        tuple("destinations/a b.camel.yaml", "packed a b"),
                        tuple("destinations/mine.camel.yaml", "mine"),
                        tuple("destinations/routes/deep.camel.yaml", "packed deep"),
                        tuple("run.camel.yaml", "my run"));
    }

    @Test
    void aMountedConfigMapIsReadOnce() throws IOException {
        write("work/routes/..2024_01/mine.camel.yaml", "mine");
        Files.createSymbolicLink(overlay.resolve("..data"), overlay.resolve("..2024_01"));
        Files.createSymbolicLink(overlay.resolve("mine.camel.yaml"), overlay.resolve("..data/mine.camel.yaml"));

        assertThat(find())
                .extracting(RouteFile::path)
                .contains("mine.camel.yaml")
                .hasSize(4);
    }

    @Test
    void filesInAJarAreFound() throws IOException {
        Path jar = folder.resolve("x/routes/app.jar");
        Files.createDirectories(jar.getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("routes/"));
            out.putNextEntry(new JarEntry("routes/sub/"));
            out.putNextEntry(new JarEntry("routes/sub/one.camel.yaml"));
            out.write("one".getBytes(StandardCharsets.UTF_8));
        }
        try (URLClassLoader classLoader =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            assertThat(RouteFiles.find(overlay, classLoader))
                    .containsExactly(new RouteFile("sub/one.camel.yaml", "packaged routes/sub/one.camel.yaml", "one"));
        }
    }
}
