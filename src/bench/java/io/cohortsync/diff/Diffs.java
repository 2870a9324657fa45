package io.cohortsync.diff;

import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.MembershipStore;
import java.nio.file.Path;

/** Makes diffs for benches: a new one knows nothing of any link yet. */
public final class Diffs {

    private Diffs() {}

    public static Diff of(MembershipStore store, Fingerprint fingerprint, long memoryBytes, Path directory) {
        return new FingerprintDiff(store, fingerprint, new DiffSettings(memoryBytes, directory));
    }
}
