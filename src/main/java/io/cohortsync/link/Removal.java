package io.cohortsync.link;

import java.util.Locale;

/** That the members of an orphan are to be removed from where they are. */
public enum Removal {
    /** It is asked for, and waits where guard would hold it. */
    ASKED,
    /** A person lets it go, however many they are. */
    APPROVED;

    /** As it is stored. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Removal of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
