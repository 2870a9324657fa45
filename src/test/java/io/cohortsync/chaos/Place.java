package io.cohortsync.chaos;

import java.util.List;

/** Where a cohort goes: a link of the application under test. */
enum Place {
    VIP_AT_SEGMENT("vip", "web", "segment", 50, 4, true),
    VIP_AT_AMPLITUDE("vip", "amplitude", "amplitude", 50, 1, false),
    LEADS_AT_CUSTOMERIO("leads", "customerio", "customerio", 50, 1, false),
    LEADS_AT_SEGMENT("leads", "web", "segment", 50, 4, true),
    CROWD_AT_SEGMENT("crowd", "bulk", "segment", 1_000, 4, true);

    /** Vendors' names in the stand-ins' paths. */
    static final List<String> VENDORS = List.of("segment", "amplitude", "customerio");

    private final String sync;
    private final String target;
    private final String vendor;
    private final int batch;
    private final int inFlight;
    private final boolean knowsEverybody;

    Place(String sync, String target, String vendor, int batch, int inFlight, boolean knowsEverybody) {
        this.sync = sync;
        this.target = target;
        this.vendor = vendor;
        this.batch = batch;
        this.inFlight = inFlight;
        this.knowsEverybody = knowsEverybody;
    }

    /** The sync's name, which is also what the cohort is called there. */
    String sync() {
        return sync;
    }

    String target() {
        return target;
    }

    String vendor() {
        return vendor;
    }

    /** Changes in a call, at most. */
    int batch() {
        return batch;
    }

    /** Calls under way at once, at most. */
    int inFlight() {
        return inFlight;
    }

    /** Whether it takes people it has never heard of. */
    boolean knowsEverybody() {
        return knowsEverybody;
    }

    @Override
    public String toString() {
        return sync + " → " + target;
    }
}
