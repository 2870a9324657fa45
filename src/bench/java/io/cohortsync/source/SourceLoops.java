package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How the lines of a file of one column are taken; the figure is of one line of 36 characters. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SourceLoops {

    private static final int LINES = 100_000;

    private byte[] file;

    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder("user_id\n");
        for (int i = 0; i < LINES; i++) {
            text.append(new UUID(random.nextLong(), random.nextLong())).append('\n');
        }
        file = text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long readPlainRows() throws IOException {
        List<MemberKeyField> fields = List.of(new MemberKeyField.Named("user_id"));
        long bytes = 0;
        try (Chunks chunks =
                new Chunks("bench", new PlainRows(new ByteArrayInputStream(file), fields), fields.size())) {
            while (chunks.hasNext()) {
                bytes += chunks.next().bytes().length;
            }
        }
        return bytes;
    }
}
