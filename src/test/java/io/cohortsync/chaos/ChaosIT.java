package io.cohortsync.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/**
 * A few rounds of chaos on each database; with {@code -Pchaos -Drounds=200 -Ddatabase=h2|postgresql -Dseed=…} as many as
 * wanted. The seed repeats what is chosen; no seed repeats a machine's timing.
 */
class ChaosIT {

    private static final Optional<Integer> ROUNDS = Optional.ofNullable(Integer.getInteger("rounds"));
    private static final int ROUNDS_IN_THE_SUITE = 3;

    /** While one world waits for a dead node's lease to run out, the others go on. */
    private static final int WORLDS = Integer.getInteger("worlds", 4);

    private static final long SEED = Long.getLong("seed", System.nanoTime() % 1_000_000);

    private enum Product {
        H2,
        POSTGRESQL
    }

    /** Some rounds in a world of their own. */
    private record Part(Product product, int number, int firstTrouble, int rounds) {}

    @Test
    void whateverGoesWrongEverybodyEndsWhereTheyBelong() throws Exception {
        if (ROUNDS.isEmpty()) {
            play(
                    "h2 and postgresql",
                    List.of(
                            new Part(Product.H2, 0, 0, ROUNDS_IN_THE_SUITE),
                            new Part(Product.POSTGRESQL, 1, 4, ROUNDS_IN_THE_SUITE)));
            return;
        }
        String wanted = System.getProperty("database", "");
        for (Product product : Product.values()) {
            if (wanted.isEmpty() || product.name().equalsIgnoreCase(wanted)) {
                play(product.name().toLowerCase(Locale.ROOT), parts(product, ROUNDS.get()));
            }
        }
    }

    private static List<Part> parts(Product product, int rounds) {
        return IntStream.range(0, Math.min(WORLDS, rounds))
                .mapToObj(i -> new Part(product, i, 2 * i, (rounds + i) / Math.min(WORLDS, rounds)))
                .toList();
    }

    private void play(String title, List<Part> parts) throws Exception {
        Path folder = Path.of("chaos", title.replace(' ', '-')).toAbsolutePath();
        FileSystemUtils.deleteRecursively(folder);
        Files.createDirectories(folder);
        UnpackedJar jar = UnpackedJar.in(folder);
        Tally tally = new Tally();
        ExecutorService threads = Executors.newFixedThreadPool(parts.size());
        try {
            List<Callable<Boolean>> plays = new ArrayList<>();
            parts.forEach(part -> plays.add(() -> play(part, folder, jar, tally)));
            boolean good = true;
            for (Future<Boolean> end : threads.invokeAll(plays)) {
                good &= end.get();
            }
            System.out.println(tally.line(title, SEED));
            assertThat(good).as("nobody lost and nothing wrong").isTrue();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Its rounds one by one; the first bad one is the last, so that what it left can be looked at. */
    private static boolean play(Part part, Path folder, UnpackedJar jar, Tally tally) throws Exception {
        Random random = new Random(SEED * 31 + part.number());
        String name = part.product().name().toLowerCase(Locale.ROOT) + "-" + part.number();
        Path own = folder.resolve(name);
        StateServer state = part.product() == Product.H2 ? new StateServer.Embedded(own) : new StateServer.Server(own);
        // On a disk of its own nothing is seen of what a killed application leaves: so not every world has one.
        try (World world = new World(name, own, jar, state, part.number() % 2 == 0, random)) {
            world.begin();
            Ledger ledger = new Ledger();
            for (int i = 0; i < part.rounds(); i++) {
                Round round = new Round(world, ledger, random, tally, Trouble.of(part.firstTrouble() + i));
                System.out.printf("%s %3d: %s%n", name, i + 1, round.play());
                if (round.isBad()) {
                    return false;
                }
            }
            tally.count("runs", world.state().look().queryForObject("select count(*) from run", Long.class));
            return true;
        }
    }
}
