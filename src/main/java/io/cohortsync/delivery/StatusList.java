package io.cohortsync.delivery;

import java.util.Arrays;
import java.util.List;

/** HTTP statuses as a configuration names them: {@code 408,429,500-599}. */
record StatusList(List<Range> ranges) {

    record Range(int from, int to) {}

    static StatusList parse(String text) {
        return new StatusList(Arrays.stream(text.split(","))
                .map(String::strip)
                .map(part -> part.split("-"))
                .map(ends ->
                        new Range(Integer.parseInt(ends[0].strip()), Integer.parseInt(ends[ends.length - 1].strip())))
                .toList());
    }

    boolean contains(int status) {
        return ranges.stream().anyMatch(range -> status >= range.from() && status <= range.to());
    }
}
