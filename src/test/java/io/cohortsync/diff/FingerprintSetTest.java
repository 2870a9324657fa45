package io.cohortsync.diff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The set of fingerprints against the JDK's own sets. */
class FingerprintSetTest {

    @Provide
    Arbitrary<List<Long>> prints() {
        Arbitrary<Long> near = Arbitraries.longs().between(-50, 50);
        // All in one bucket of the directory, more than are worth a search one by one.
        Arbitrary<Long> crowded = Arbitraries.longs().between(0, 500).map(low -> 7L << 40 | low);
        Arbitrary<Long> any = Arbitraries.oneOf(
                Arbitraries.longs(), near, crowded, Arbitraries.of(Long.MIN_VALUE, Long.MAX_VALUE, -1L, 0L));
        return any.list().ofMaxSize(300);
    }

    private static LongList list(Iterable<Long> values) {
        LongList list = new LongList(0);
        values.forEach(list::add);
        return list;
    }

    private static List<Long> all(FingerprintSet set) {
        List<Long> all = new ArrayList<>();
        set.forEach(all::add);
        return all;
    }

    private static List<Long> unseen(FingerprintSet set) {
        List<Long> unseen = new ArrayList<>();
        set.forEachUnseen(unseen::add);
        return unseen;
    }

    @Property
    void findsWhatIsInItAndNothingElse(@ForAll("prints") List<Long> in, @ForAll("prints") List<Long> others) {
        FingerprintSet set = list(in).toSet();

        assertThat(all(set)).containsExactlyElementsOf(new TreeSet<>(in));
        in.forEach(print -> assertThat(set.contains(print)).isTrue());
        others.forEach(print -> assertThat(set.contains(print)).isEqualTo(in.contains(print)));
    }

    @Property
    void knowsWhomItWasShown(@ForAll("prints") List<Long> in, @ForAll("prints") List<Long> more) {
        FingerprintSet set = list(in).toSet();
        Set<Long> expected = new TreeSet<>(in);
        List<Long> shown = new ArrayList<>(in.subList(0, in.size() / 2));
        shown.addAll(more);
        for (long print : shown) {
            int place = set.find(print);
            if (place != FingerprintSet.ABSENT) {
                assertThat(set.see(place)).isEqualTo(expected.remove(print));
            }
        }

        assertThat(unseen(set)).containsExactlyElementsOf(expected);
        set.forgetSeen();
        assertThat(unseen(set)).containsExactlyElementsOf(new TreeSet<>(in));
    }

    @Property
    void takesInAndLeavesOut(
            @ForAll("prints") List<Long> before, @ForAll("prints") List<Long> come, @ForAll long seed) {
        Set<Long> expected = new TreeSet<>(before);
        Set<Long> added = new TreeSet<>(come);
        added.removeAll(expected);
        Set<Long> removed = new TreeSet<>(expected);
        removed.removeIf(print -> (print ^ seed) % 3 == 0);
        expected.removeAll(removed);
        expected.addAll(added);

        FingerprintSet after = list(before).toSet().with(list(added), list(removed));

        assertThat(all(after)).containsExactlyElementsOf(expected);
        expected.forEach(print -> assertThat(after.contains(print)).isTrue());
        removed.forEach(print -> assertThat(after.contains(print)).isFalse());
    }

    @Property
    void whatComesMoreThanOnceIsSetAside(@ForAll("prints") List<Long> in) {
        Set<Long> single = new TreeSet<>();
        Set<Long> repeated = new TreeSet<>();
        in.forEach(print -> {
            if (!single.add(print)) {
                repeated.add(print);
            }
        });
        single.removeAll(repeated);

        LongList shared = new LongList(0);
        assertThat(all(list(in).toSetOfSingles(shared))).containsExactlyElementsOf(single);
        assertThat(all(shared.toSet())).containsExactlyElementsOf(repeated);
    }

    @Example
    void takesLittleMoreThanTheFingerprints() {
        int members = 1_000_000;
        LongList list = new LongList(members);
        for (long i = 0; i < members; i++) {
            list.add(i * 0x9e3779b97f4a7c15L);
        }

        assertThat(list.toSet().bytes()).isLessThan(10L * members);
    }
}
