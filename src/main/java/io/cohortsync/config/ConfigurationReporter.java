package io.cohortsync.config;

import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Tells a refused configuration, or one that is not YAML, as plain words on standard error. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ConfigurationReporter implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        Optional<String> words = words(failure);
        words.ifPresent(System.err::println);
        return words.isPresent();
    }

    static Optional<String> words(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .flatMap(cause -> {
                    if (cause instanceof ConfigurationException refused) {
                        return Stream.of(refused.getMessage());
                    }
                    if (cause instanceof MarkedYAMLException yaml) {
                        return Stream.of("The configuration is not valid YAML: " + YamlMistake.words(yaml));
                    }
                    return Stream.empty();
                })
                .findFirst();
    }
}
