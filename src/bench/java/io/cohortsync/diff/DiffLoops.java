package io.cohortsync.diff;

import io.cohortsync.member.Fingerprint;
import io.cohortsync.membership.Standing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The diff's inner loops; each figure is of one member. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DiffLoops {

    private static final int CHUNK = 1_000;
    private static final int CHUNKS = 1_000;
    private static final int KEY = 36;
    private static final int ENTERS = 100_000;

    @Param("10000000")
    public int members;

    private final Fingerprint fingerprint = Fingerprint.seeded(42);
    private final byte[] keys = new byte[CHUNK * KEY];
    private final int[] places = new int[CHUNK];
    private final byte[] enters = new byte[ENTERS * KEY];
    private final long[] entering = new long[ENTERS];
    private FingerprintSet set;
    private long[] known;
    private long[] unknown;
    private int chunk;

    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(1);
        LongList all = new LongList(members);
        known = new long[CHUNK * CHUNKS];
        unknown = random.longs(known.length).toArray();
        for (int i = 0; i < members; i++) {
            all.add(random.nextLong());
        }
        for (int i = 0; i < known.length; i++) {
            known[i] = all.at(random.nextInt(members));
        }
        set = all.toSet();
        fill(keys, random);
        fill(enters, random);
        for (int i = 0; i < ENTERS; i++) {
            entering[i] = fingerprint.of(enters, i * KEY, KEY);
        }
    }

    private static void fill(byte[] bytes, SplittableRandom random) {
        for (int at = 0; at < bytes.length; at += KEY) {
            byte[] key =
                    new UUID(random.nextLong(), random.nextLong()).toString().getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(key, 0, bytes, at, KEY);
        }
    }

    @Benchmark
    @OperationsPerInvocation(CHUNK)
    public long fingerprint() {
        long sum = 0;
        for (int i = 0; i < CHUNK; i++) {
            sum += fingerprint.of(keys, i * KEY, KEY);
        }
        return sum;
    }

    /** As a snapshot's chunk is looked up: one search after another, none of which waits for the one before. */
    @Benchmark
    @OperationsPerInvocation(CHUNK)
    public int[] findThere() {
        return find(known);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNK)
    public int[] findNotThere() {
        return find(unknown);
    }

    private int[] find(long[] wanted) {
        int from = chunk++ % CHUNKS * CHUNK;
        for (int i = 0; i < CHUNK; i++) {
            places[i] = set.find(wanted[from + i]);
        }
        return places;
    }

    /** Added and sorted, within the buffer. */
    @Benchmark
    @OperationsPerInvocation(ENTERS)
    public long spoolEnters() {
        EnterSpool spool = new EnterSpool(Path.of("unused"), EnterSpool.BUFFER_BYTES);
        for (int i = 0; i < ENTERS; i++) {
            spool.add(entering[i], Standing.NONE, enters, i * KEY, KEY);
        }
        spool.complete();
        return spool.size();
    }
}
