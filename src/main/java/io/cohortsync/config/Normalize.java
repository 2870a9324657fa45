package io.cohortsync.config;

import java.util.Locale;

/** What is done to a member key before it is compared or sent. */
public enum Normalize {
    NONE,
    TRIM,
    LOWER;

    /** Applies this to a key as it was read. */
    public String apply(String key) {
        return switch (this) {
            case NONE -> key;
            case TRIM -> key.strip();
            case LOWER -> key.strip().toLowerCase(Locale.ROOT);
        };
    }
}
