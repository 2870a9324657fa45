package io.cohortsync.chaos;

import io.cohortsync.testing.JarProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/** A PostgreSQL server that goes away and comes back with the same data on the same port. */
final class PostgresServer {

    static {
        // It complains at length when asked to stop a server that has crashed.
        LoggingSystem.get(PostgresServer.class.getClassLoader()).setLogLevel("io.zonky", LogLevel.OFF);
    }

    private final Path data;
    private final int port = JarProcess.freePort();
    private EmbeddedPostgres running;

    private PostgresServer(Path data) {
        this.data = data;
    }

    static PostgresServer start(Path folder) throws IOException {
        PostgresServer server =
                new PostgresServer(Files.createDirectories(folder).resolve("postgresql"));
        server.startAgain();
        return server;
    }

    void startAgain() throws IOException {
        running = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                // As PostgreSQL itself has it; for tests that never crash it, the library turns durability off.
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
    }

    /** Ends its sessions and shuts down in good order. */
    void stop() throws IOException {
        running.close();
    }

    /** Ends at once, so that it has to recover from its log when it is back. */
    void crash() throws IOException, InterruptedException {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip();
        new ProcessBuilder("kill", "-QUIT", pid).start().waitFor();
        ProcessHandle.of(Long.parseLong(pid))
                .ifPresent(process -> process.onExit().join());
        running.close();
    }
}
