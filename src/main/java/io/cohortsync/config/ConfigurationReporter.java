package io.cohortsync.config;

import io.cohortsync.route.RouteFiles;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToCreateRouteFromTemplateException;
import org.apache.camel.FailedToStartRouteException;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Tells why there was no start, where it is the user's to mend, as plain words on standard error: a refused configuration,
 * one that is not YAML, a route that cannot be, a state database that is in use.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ConfigurationReporter implements SpringBootExceptionReporter {

    private static final int H2_IN_USE = 90020;

    private final ConfigurableApplicationContext context;

    ConfigurationReporter(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Override
    public boolean reportException(Throwable failure) {
        Optional<String> words = words(failure, this::masked);
        words.ifPresent(System.err::println);
        return words.isPresent();
    }

    static Optional<String> words(Throwable failure, UnaryOperator<String> mask) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .flatMap(cause -> words(cause).map(mask).stream())
                .findFirst();
    }

    private static Optional<String> words(Throwable cause) {
        if (cause instanceof ConfigurationException refused) {
            return Optional.of(refused.getMessage());
        }
        if (cause instanceof MarkedYAMLException yaml) {
            return Optional.of("The configuration is not valid YAML: " + YamlMistake.words(yaml));
        }
        if (cause instanceof FailedToCreateRouteException
                || cause instanceof FailedToCreateRouteFromTemplateException
                || cause instanceof FailedToStartRouteException) {
            return Optional.of("A route cannot be made of the files under routes/.\n\n  " + cause.getMessage());
        }
        if (cause instanceof SQLException sql && sql.getErrorCode() == H2_IN_USE) {
            return Optional.of("The state database is in use by another process. Is cohort-sync running in this folder"
                    + " already? Stop that one, or give this one a folder or a spring.datasource.url of its own.");
        }
        return Optional.empty();
    }

    /** The beans are gone by now, so that what is secret is read again. */
    private String masked(String text) {
        if (context == null) {
            return text;
        }
        Reading reading = new SettingsReader(context.getEnvironment(), DestinationCatalog.of(RouteFiles.find())).read();
        return reading instanceof Reading.Accepted accepted
                ? SecretMask.of(accepted.settings(), context.getEnvironment()).apply(text)
                : text;
    }
}
