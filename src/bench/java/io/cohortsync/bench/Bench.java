package io.cohortsync.bench;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/** Runs one bench by its name: {@code mvn -Pbench verify -Dbench=<name> -Dmembers=<how many>}. */
public final class Bench {

    private static final Map<String, Measured> BENCHES = new TreeMap<>(Map.of(
            "diff", DiffBench::run,
            "memory", MemoryBench::run,
            "acknowledge", members -> AcknowledgeBench.main(new String[] {Integer.toString(members)}),
            "sources", SourcesBench::run,
            "push", PushBench::run,
            "jmh", InnerLoops::run));

    private Bench() {}

    @FunctionalInterface
    private interface Measured {
        void run(int members) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Optional<Measured> bench = Optional.ofNullable(BENCHES.get(arguments[0]));
        Optional<Integer> members = members(arguments[1]);
        if (bench.isEmpty()) {
            refuse("There is no bench \"" + arguments[0] + "\": -Dbench= takes " + String.join(", ", BENCHES.keySet()));
        } else if (members.isEmpty()) {
            refuse("\"" + arguments[1] + "\" is no number of members: -Dmembers= takes one from 1000 to 50000000");
        } else {
            quiet();
            bench.get().run(members.get());
        }
    }

    private static Optional<Integer> members(String text) {
        try {
            return Optional.of(Integer.valueOf(text)).filter(count -> count >= 1_000 && count <= 50_000_000);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static void refuse(String why) {
        System.err.println(why);
        System.exit(2);
    }

    static void quiet() {
        LoggingSystem logging = LoggingSystem.get(Bench.class.getClassLoader());
        logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
    }
}
