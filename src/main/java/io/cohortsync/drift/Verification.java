package io.cohortsync.drift;

import io.cohortsync.link.Link;
import io.cohortsync.readback.ReadBack;
import io.cohortsync.run.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One look at what the targets of a sync hold. All of them are read before anything is concluded; for one thread.
 *
 * <p>The sync does not run from its beginning to its end.
 */
public final class Verification {

    private final Lease lease;
    private final List<Link> links;
    private final Map<Link, String> unreadable;
    private final Map<Link, ReadBack> read = new HashMap<>();

    /** @param unreadable those whose targets cannot be asked, and why */
    Verification(Lease lease, List<Link> links, Map<Link, String> unreadable) {
        this.lease = lease;
        this.links = links;
        this.unreadable = unreadable;
    }

    public Lease lease() {
        return lease;
    }

    /** Those whose targets are to be asked. */
    public List<Link> readable() {
        List<Link> readable = new ArrayList<>(links);
        readable.removeAll(unreadable.keySet());
        return readable;
    }

    List<Link> links() {
        return links;
    }

    Map<Link, String> unreadable() {
        return unreadable;
    }

    void add(ReadBack readBack) {
        read.put(readBack.link(), readBack);
    }

    ReadBack of(Link link) {
        return read.get(link);
    }

    /** Nothing that a log should hold. */
    @Override
    public String toString() {
        return "verification of " + links.size() + " links";
    }
}
