package io.cohortsync.config;

import java.util.List;

/** The configuration is refused; its message is the numbered list of everything that is wrong. */
public final class ConfigurationException extends RuntimeException {

    private final transient List<Problem> problems;

    public ConfigurationException(List<Problem> problems) {
        super(Problems.render(problems));
        this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong. */
    public List<Problem> problems() {
        return problems;
    }
}
