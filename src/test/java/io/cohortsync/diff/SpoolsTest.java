package io.cohortsync.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.Standing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What is kept for later, in memory and in temporary files. */
class SpoolsTest {

    private static final Fingerprint FINGERPRINT = Fingerprint.seeded(3);
    private static Path directory;

    @BeforeContainer
    static void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("spools");
    }

    @AfterContainer
    static void nothingIsLeft() throws IOException {
        assertThat(files()).isEmpty();
        Files.delete(directory);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.toList();
        }
    }

    @Provide
    Arbitrary<List<String>> keys() {
        Arbitrary<String> few = Arbitraries.integers().between(0, 60).map(i -> "person-" + i);
        Arbitrary<String> any =
                Arbitraries.strings().all().ofMinLength(1).ofMaxLength(60).filter(SpoolsTest::isText);
        return Arbitraries.oneOf(few, any).list().ofMaxSize(200);
    }

    private static boolean isText(String key) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(key);
    }

    private static void add(EnterSpool spool, long print, String key) {
        byte[] padded = ("  " + key).getBytes(StandardCharsets.UTF_8);
        spool.add(print, Standing.UNMATCHED, padded, 2, padded.length - 2);
    }

    @Property(tries = 300)
    void entersComeOutOnceInTheOrderOfTheirFingerprintsHoweverSmallTheBuffer(
            @ForAll("keys") List<String> keys,
            @ForAll @IntRange(min = 1, max = 4_000) int bufferBytes,
            @ForAll @IntRange(min = 0, max = 64) int bits) {
        // Of weak fingerprints many are equal, and those of one are told apart by their keys.
        long mask = bits == 0 ? 0 : -1L << (Long.SIZE - bits);
        EnterSpool spool = new EnterSpool(directory, bufferBytes);
        TreeMap<String, Long> expected = new TreeMap<>();
        for (String key : keys) {
            long print = FINGERPRINT.of(key) & mask;
            add(spool, print, key);
            expected.put(key, print);
        }
        spool.complete();
        List<PlannedChange> out = new ArrayList<>();
        spool.changes(5, print -> true).forEachRemaining(out::add);

        assertThat(spool.size()).isEqualTo(expected.size());
        assertThat(spool.prints().boxed())
                .containsExactlyElementsOf(
                        out.stream().map(PlannedChange::fingerprint).toList());
        List<PlannedChange> odd = new ArrayList<>();
        spool.changes(5, print -> (print >>> 60 & 1) == 1).forEachRemaining(odd::add);
        assertThat(odd)
                .containsExactlyElementsOf(out.stream()
                        .filter(change -> (change.fingerprint() >>> 60 & 1) == 1)
                        .toList());
        assertThat(spool.repeated()).isEqualTo(keys.size() - expected.size());
        assertThat(out).isSortedAccordingTo(Comparator.comparingLong(PlannedChange::fingerprint));
        assertThat(out).extracting(PlannedChange::key).containsExactlyInAnyOrderElementsOf(expected.keySet());
        assertThat(out)
                .allSatisfy(change -> assertThat(change)
                        .isEqualTo(
                                PlannedChange.enter(change.key(), expected.get(change.key()), Standing.UNMATCHED, 5)));
        spool.close();
    }

    @Example
    void temporaryFilesHaveNoNameSoThatNothingIsLeftOfThemAfterACrash() throws IOException {
        EnterSpool enters = new EnterSpool(directory, 1_000);
        LongSpool exits = new LongSpool(directory);
        Partitions parts = new Partitions(directory, 3);
        for (int i = 0; i < 20_000; i++) {
            add(enters, i, "person-" + i);
            exits.add(i);
        }

        assertThat(files()).isEmpty();
        enters.close();
        exits.close();
        parts.close();
    }

    @Property(tries = 50)
    void fingerprintsComeOutAsTheyWentIn(@ForAll @IntRange(min = 0, max = 60_000) int count) {
        LongSpool spool = new LongSpool(directory);
        LongStream.range(0, count).map(i -> i * 0x9e3779b97f4a7c15L).forEach(spool::add);

        assertThat(spool.size()).isEqualTo(count);
        PrimitiveIterator.OfLong prints = spool.iterator();
        for (long i = 0; i < count; i++) {
            assertThat(prints.hasNext()).isTrue();
            assertThat(prints.nextLong()).isEqualTo(i * 0x9e3779b97f4a7c15L);
        }
        assertThat(prints.hasNext()).isFalse();
        assertThat(spool.iterator())
                .as("as often as wanted")
                .toIterable()
                .hasSize(count)
                .startsWith(LongStream.range(0, Math.min(count, 1)).boxed().toArray(Long[]::new));
        spool.close();
    }

    @Property(tries = 200)
    void everyFingerprintLiesInExactlyOnePart(@ForAll long print, @ForAll @IntRange(min = 1, max = 1_024) int parts) {
        int part = FingerprintRange.partOf(print, parts);

        assertThat(part).isBetween(0, parts - 1);
        assertThat(FingerprintRange.part(part, parts).contains(print)).isTrue();
        assertThat(IntStream.range(0, parts)
                        .filter(p -> FingerprintRange.part(p, parts).contains(print))
                        .count())
                .isEqualTo(1);
        assertThat(FingerprintRange.part(0, parts).from()).isEqualTo(Long.MIN_VALUE);
        assertThat(FingerprintRange.part(parts - 1, parts).to()).isEqualTo(Long.MAX_VALUE);
    }

    @Property(tries = 100)
    void partsGiveBackWhatWasSetAside(
            @ForAll("keys") List<String> keys, @ForAll @IntRange(min = 1, max = 300) int count) {
        Partitions parts = new Partitions(directory, count);
        for (String key : keys) {
            byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
            parts.accept(new long[] {FINGERPRINT.of(key)}, utf8, new int[] {0}, new int[] {utf8.length}, 1);
        }
        List<String> out = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            FingerprintRange range = FingerprintRange.part(part, count);
            parts.drain(part, (prints, bytes, starts, ends, n) -> {
                for (int i = 0; i < n; i++) {
                    String key = new String(bytes, starts[i], ends[i] - starts[i], StandardCharsets.UTF_8);
                    assertThat(prints[i]).isEqualTo(FINGERPRINT.of(key)).matches(range::contains);
                    out.add(key);
                }
            });
        }
        parts.close();

        assertThat(out).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Example
    void anEmptySpoolHasNothing() {
        EnterSpool spool = new EnterSpool(directory, 10);
        spool.complete();
        Iterator<PlannedChange> changes = spool.changes(0, print -> true);

        assertThat(changes.hasNext()).isFalse();
        assertThat(new LongSpool(directory).iterator().hasNext()).isFalse();
    }
}
