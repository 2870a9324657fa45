package io.cohortsync.config;

import io.cohortsync.route.RouteFile;
import io.cohortsync.route.RouteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;

/** A configuration for a test, with nothing of this machine's own environment in it. */
final class Given {

    private final MutablePropertySources sources = new MutablePropertySources();

    private static final List<RouteFile> USUAL = List.of(
            routeFile("segment.camel.yaml"),
            routeFile("queue.camel.yaml"),
            routeFile("/routes/destinations/webhook.camel.yaml"));

    private List<RouteFile> routeFiles = USUAL;

    private Given() {}

    /** The text of an {@code application.yaml}. */
    static Given yaml(String text) {
        Given given = new Given();
        given.addYaml("application.yaml", text);
        return given;
    }

    /** A file that stands behind the ones before it. */
    Given behind(String name, String text) {
        addYaml(name, text);
        return this;
    }

    Given variables(Map<String, Object> variables) {
        sources.addFirst(new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        return this;
    }

    Given properties(Map<String, Object> properties) {
        sources.addFirst(new MapPropertySource("test", properties));
        return this;
    }

    /** With the types of target that these files define, and no others. */
    Given routeFiles(String... names) {
        routeFiles = Stream.of(names).map(Given::routeFile).toList();
        return this;
    }

    /** With the types of target that are shipped. */
    Given shippedRouteFiles() {
        routeFiles = List.copyOf(RouteFiles.find());
        return this;
    }

    /** With the types of target that are shipped, and what this file of the user's own adds. */
    Given withRouteFile(RouteFile own) {
        routeFiles = Stream.concat(RouteFiles.find().stream(), Stream.of(own)).toList();
        return this;
    }

    Reading read() {
        StandardEnvironment environment = new StandardEnvironment() {
            @Override
            protected void customizePropertySources(MutablePropertySources own) {
                sources.forEach(own::addLast);
            }
        };
        return new SettingsReader(environment, DestinationCatalog.of(routeFiles)).read();
    }

    Settings settings() {
        return read().orThrow();
    }

    /** Every problem as one line. */
    List<String> problems() {
        return read() instanceof Reading.Refused refused
                ? refused.problems().stream().map(Problem::toString).toList()
                : List.of();
    }

    static DestinationCatalog catalog() {
        return DestinationCatalog.of(USUAL);
    }

    static RouteFile routeFile(String name) {
        try {
            String text = new ClassPathResource(name, Given.class).getContentAsString(StandardCharsets.UTF_8);
            return new RouteFile("destinations/" + name, "packaged routes/destinations/" + name, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addYaml(String name, String text) {
        try {
            ByteArrayResource file = new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)) {
                @Override
                public String getFilename() {
                    return name;
                }
            };
            for (PropertySource<?> source : new YamlPropertySourceLoader().load(name, file)) {
                sources.addLast(source);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
