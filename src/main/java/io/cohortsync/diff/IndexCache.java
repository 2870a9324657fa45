package io.cohortsync.diff;

import io.cohortsync.link.Link;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who was acknowledged at the links this node ran last, each good for one version of its link. Those longest unused go
 * first when the memory given is used up.
 */
final class IndexCache {

    private final long mostBytes;
    private final Map<Long, Versioned> byLink = new LinkedHashMap<>();

    private record Versioned(long version, Acknowledged members) {}

    IndexCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Takes out what is known of a link if it is of the link's version; nobody else has it meanwhile. */
    synchronized Optional<Acknowledged> take(Link link) {
        return Optional.ofNullable(byLink.remove(link.id()))
                .filter(known -> known.version() == link.version())
                .map(Versioned::members);
    }

    /** Puts it back, as good for this version. */
    synchronized void put(long link, long version, Acknowledged members) {
        byLink.remove(link);
        byLink.put(link, new Versioned(version, members));
        makeRoom(0);
    }

    /** Forgets what was unused longest until so many bytes are free. */
    synchronized void makeRoom(long bytes) {
        long held = byLink.values().stream()
                .mapToLong(known -> known.members().bytes())
                .sum();
        Iterator<Versioned> oldest = byLink.values().iterator();
        while (held + bytes > mostBytes && oldest.hasNext()) {
            held -= oldest.next().members().bytes();
            oldest.remove();
        }
    }
}
