package io.cohortsync.config;

import java.util.List;

/** What became of reading the configuration. */
public sealed interface Reading {

    /** Nothing is wrong with it. */
    record Accepted(Settings settings) implements Reading {}

    /** Everything that is wrong with it, at least one problem. */
    record Refused(List<Problem> problems) implements Reading {}

    /** The settings, or the exception that ends the start. */
    default Settings orThrow() {
        if (this instanceof Accepted accepted) {
            return accepted.settings();
        }
        throw new ConfigurationException(((Refused) this).problems());
    }
}
