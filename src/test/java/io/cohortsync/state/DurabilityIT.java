package io.cohortsync.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.testing.Books;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What the state database reported as committed is there after the process ended without a farewell. */
class DurabilityIT {

    private static final int BATCHES = 150;

    @TempDir
    Path folder;

    private Process start(String... how) throws IOException {
        Files.createDirectories(folder.resolve("cohorts"));
        String[] command = {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Acknowledger.class.getName(),
            Integer.toString(BATCHES),
            how[0]
        };
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"halt", "kill"})
    void everyAcknowledgementThatWasReportedIsThereAfterTheEnd(String how) throws Exception {
        Process process = start(how);
        int killAfter = 20 + new Random().nextInt(BATCHES - 40);
        TreeSet<String> reported = new TreeSet<>();
        int batches = 0;
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (!line.startsWith(Acknowledger.REPORT)) {
                    continue;
                }
                for (String key : line.substring(Acknowledger.REPORT.length()).split(" ")) {
                    reported.add(key);
                }
                if (++batches == killAfter && how.equals("kill")) {
                    // Through its handle, which leaves open what it has written so far.
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        assertThat(batches).as(Files.readString(folder.resolve("errors"))).isGreaterThanOrEqualTo(20);

        JdbcTemplate jdbc =
                new JdbcTemplate(new DriverManagerDataSource("jdbc:h2:file:" + folder.resolve("data/cohort-sync")));
        TreeSet<String> there = new TreeSet<>(Books.acknowledged(jdbc));
        System.out.printf("%s: %d reported, %d there%n", how, reported.size(), there.size());
        assertThat(there).containsAll(reported);
        assertThat(there.size()).isLessThanOrEqualTo(reported.size() + Acknowledger.BATCH);
        assertThat(jdbc.queryForObject("select acknowledged from link", Integer.class))
                .isEqualTo(there.size());
        assertThat(jdbc.queryForObject("select accepted from run_link", Integer.class))
                .isEqualTo(there.size());
        // What is open is what was under way: one batch, whose keys can be read.
        assertThat(Books.inDoubt(jdbc)).isLessThanOrEqualTo(1);
        assertThat(jdbc.queryForList("select member_keys from delivery", byte[].class))
                .allMatch(k -> k.length > 0);
    }
}
