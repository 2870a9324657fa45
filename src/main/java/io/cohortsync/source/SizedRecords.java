package io.cohortsync.source;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Records that are complete only if there are as many as their source said. */
final class SizedRecords implements Records {

    private final Records records;
    private final Set<Long> sizes;
    private long read;

    /** @param sizes each of which is right; empty: the source did not say */
    SizedRecords(Records records, Set<Long> sizes) {
        this.records = records;
        this.sizes = sizes;
    }

    @Override
    public boolean next(Chunk.Builder into) throws IOException {
        if (records.next(into)) {
            read++;
            return true;
        }
        if (!sizes.isEmpty() && !sizes.contains(read)) {
            String told = sizes.stream()
                    .sorted()
                    .map(size -> String.format(Locale.ROOT, "%,d", size))
                    .collect(Collectors.joining(" or "));
            throw new BrokenContentException(
                    String.format(Locale.ROOT, "has %,d members, but must have %s", read, told));
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        records.close();
    }
}
