package io.cohortsync.route;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.StringUtils;

/**
 * Finds the route files: those packed under {@code routes/}, and those in {@code ./routes/} of the working
 * directory, where a file hides the packaged one of the same relative path.
 */
public interface RouteFiles {

    /** How the name of every route file ends. */
    String SUFFIX = ".camel.yaml";

    /** Every route file, sorted by path. */
    static List<RouteFile> find() {
        return find(Path.of("routes"), Thread.currentThread().getContextClassLoader());
    }

    /** As {@link #find()}, for a given overlay folder and class loader. */
    static List<RouteFile> find(Path overlay, ClassLoader classLoader) {
        try {
            SortedMap<String, RouteFile> files = new TreeMap<>();
            packaged(classLoader).forEach(file -> files.putIfAbsent(file.path(), file));
            overlay(overlay).forEach(file -> files.put(file.path(), file));
            return List.copyOf(files.values());
        } catch (IOException e) {
            throw new UncheckedIOException("The route files cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<RouteFile> packaged(ClassLoader classLoader) throws IOException {
        PathMatchingResourcePatternResolver resolver = new PathMatchingResourcePatternResolver(classLoader);
        List<RouteFile> files = new ArrayList<>();
        for (Resource root : resolver.getResources("classpath*:routes/")) {
            String prefix = root.getURL().toString();
            for (Resource resource : resolver.getResources(prefix + "**/*" + SUFFIX)) {
                String path = StringUtils.uriDecode(
                        resource.getURL().toString().substring(prefix.length()), StandardCharsets.UTF_8);
                String text = resource.getContentAsString(StandardCharsets.UTF_8);
                files.add(new RouteFile(path, RouteFile.PACKAGED + "routes/" + path, text));
            }
        }
        return files;
    }

    private static List<RouteFile> overlay(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<RouteFile> files = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Path relative = folder.relativize(path);
                if (path.toString().endsWith(SUFFIX) && !hidden(relative) && Files.isRegularFile(path)) {
                    files.add(new RouteFile(
                            relative.toString().replace('\\', '/'), path.toString(), Files.readString(path)));
                }
            }
        }
        return files;
    }

    /** A mounted ConfigMap keeps its files twice, the second time in folders such as {@code ..data}. */
    private static boolean hidden(Path relative) {
        return StreamSupport.stream(relative.spliterator(), false)
                .anyMatch(part -> part.toString().startsWith("."));
    }
}
