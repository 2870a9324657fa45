package io.cohortsync.chaos;

import io.cohortsync.testing.JarProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Where the application under test keeps its state, and how the tests look into it. */
interface StateServer extends AutoCloseable {

    /** What the application is told of it. */
    List<String> arguments();

    /** The same database, from outside the application. */
    JdbcTemplate look();

    /** Whether it is a server, which can be restarted while the application goes on. */
    boolean restarts();

    /** Goes away, in good order or not, and comes back. */
    void restart(boolean inGoodOrder, long awayMillis) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;

    /** Who is acknowledged at a place. */
    default Set<String> acknowledged(Place place) {
        return new TreeSet<>(look().queryForList(
                        "select m.member_key from membership m join link l on l.id = m.link_id"
                                + " where l.sync = ? and l.target = ? and m.state = 1",
                        String.class,
                        place.sync(),
                        place.target()));
    }

    /** Whether a run of a sync is under way or about to be, whoever began it. */
    default boolean isBusy(String sync) {
        return look().queryForObject(
                                "select (select count(*) from run where sync = ? and state = 'running')"
                                        + " + (select count(*) from sync where name = ?"
                                        + " and ((follow_up and not paused) or lease_until >= current_timestamp))",
                                Long.class,
                                sync,
                                sync)
                > 0;
    }

    /** H2 within the application, at the URL that is the product's default: it dies and comes back with its process. */
    final class Embedded implements StateServer {

        private final Path folder;
        private final int port = JarProcess.freePort();

        Embedded(Path folder) {
            this.folder = folder;
        }

        @Override
        public List<String> arguments() {
            return List.of("--" + Inside.H2_PORT + "=" + port);
        }

        @Override
        public JdbcTemplate look() {
            return new JdbcTemplate(new DriverManagerDataSource("jdbc:h2:tcp://127.0.0.1:" + port + "/"
                    + folder.toAbsolutePath().resolve("data/cohort-sync")));
        }

        @Override
        public boolean restarts() {
            return false;
        }

        @Override
        public void restart(boolean inGoodOrder, long awayMillis) {
            throw new UnsupportedOperationException("it is part of the application");
        }

        @Override
        public void close() {
            // With its process.
        }
    }

    /** PostgreSQL on a port of its own. */
    final class Server implements StateServer {

        private final PostgresServer server;

        Server(Path folder) throws IOException {
            server = PostgresServer.start(folder);
        }

        @Override
        public List<String> arguments() {
            return List.of("--spring.datasource.url=" + server.url());
        }

        @Override
        public JdbcTemplate look() {
            return new JdbcTemplate(new DriverManagerDataSource(server.url()));
        }

        @Override
        public boolean restarts() {
            return true;
        }

        @Override
        public void restart(boolean inGoodOrder, long awayMillis) throws IOException, InterruptedException {
            if (inGoodOrder) {
                server.stop();
            } else {
                server.crash();
            }
            Thread.sleep(awayMillis);
            server.startAgain();
        }

        @Override
        public void close() throws IOException {
            server.stop();
        }
    }
}
