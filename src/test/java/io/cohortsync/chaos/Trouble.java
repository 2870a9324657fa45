package io.cohortsync.chaos;

import java.util.List;

/** What mainly goes wrong in a round; vendors misbehave in every one. */
enum Trouble {
    /** The application is killed with kill -9 at a random moment. */
    KILL("kill"),
    /** Answers are lost, the sync is paused in mid-delivery, and people in doubt leave or return before the next run. */
    DOUBT_PAUSED("doubt, pause"),
    /** The state database goes away and comes back; where it is embedded, the application is killed. */
    DATABASE("database"),
    /** There is no room for temporary files. */
    DISK_FULL("disk full"),
    /** Answers are lost, the application is killed, and people in doubt leave or return before it is back. */
    DOUBT_KILLED("doubt, kill"),
    /** The clock goes hours or days wrong, and maybe right again. */
    CLOCK("clock"),
    /** Nothing but the vendors, and those more. */
    VENDORS("vendors");

    private static final List<Trouble> TURN =
            List.of(KILL, DOUBT_PAUSED, DISK_FULL, VENDORS, DATABASE, CLOCK, DOUBT_PAUSED, VENDORS, DOUBT_KILLED);

    private final String words;

    Trouble(String words) {
        this.words = words;
    }

    /** Each in its turn, kills in a third of the rounds or less: after each a lease of 20 s has to run out. */
    static Trouble of(int round) {
        return TURN.get(round % TURN.size());
    }

    @Override
    public String toString() {
        return words;
    }
}
