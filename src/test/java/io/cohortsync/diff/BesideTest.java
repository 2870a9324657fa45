package io.cohortsync.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BesideTest {

    private static final int BATCHES = 500;

    private static void give(Beside beside, long number) {
        beside.accept(new long[] {number}, new byte[0], new int[1], new int[1], 1);
    }

    @Test
    void everythingIsMatchedInOrderAndMostOfItOnAnotherThread() {
        List<Long> matched = new ArrayList<>();
        Set<Thread> threads = new HashSet<>();
        Beside beside = new Beside("diff", (prints, bytes, starts, ends, count) -> {
            matched.add(prints[0]);
            threads.add(Thread.currentThread());
        });
        LongStream.range(0, BATCHES).forEach(i -> give(beside, i));
        beside.finish();

        assertThat(matched)
                .containsExactlyElementsOf(LongStream.range(0, BATCHES).boxed().toList());
        assertThat(threads).hasSize(2).contains(Thread.currentThread());
        beside.abandon();
    }

    @Test
    void aSmallSnapshotNeedsNoThread() {
        Set<Thread> threads = new HashSet<>();
        Beside beside = new Beside("diff", (prints, bytes, starts, ends, count) -> threads.add(Thread.currentThread()));
        LongStream.range(0, 10).forEach(i -> give(beside, i));
        beside.finish();

        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void aFailureThereIsAFailureHereAndNobodyWaitsForEver() {
        Beside beside = new Beside("diff", (prints, bytes, starts, ends, count) -> {
            if (prints[0] == 100) {
                throw new IllegalStateException("the disk is full");
            }
        });

        assertThatThrownBy(() -> {
                    LongStream.range(0, BATCHES).forEach(i -> give(beside, i));
                    beside.finish();
                })
                .hasMessage("the disk is full");
        assertThatThrownBy(beside::finish).hasMessage("the disk is full");
        beside.abandon();
    }
}
