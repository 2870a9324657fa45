package io.cohortsync.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A running app whose cohorts are files of one column, with as many targets and syncs as a test class needs. */
public final class Trial implements AutoCloseable {

    private final Path folder;
    private final StringBuilder sources = new StringBuilder();
    private final StringBuilder targets = new StringBuilder();
    private final StringBuilder syncs = new StringBuilder();
    private RunningApp app;

    public Trial(Path folder) {
        this.folder = folder;
    }

    /** A source beside the files. */
    public Trial source(String name, String options) {
        sources.append("    ").append(name).append(": { ").append(options).append(" }\n");
        return this;
    }

    /** @param options as in YAML's flow style, without the braces */
    public Trial target(String name, String options) {
        targets.append("    ").append(name).append(": { ").append(options).append(" }\n");
        return this;
    }

    /** A target of type segment. */
    public Trial segment(String name, String baseUrl, String... options) {
        return target(
                name,
                "type: segment, write-key: wk_" + name + ", base-url: \"" + baseUrl + "\""
                        + (options.length == 0 ? "" : ", " + String.join(", ", options)));
    }

    /** A sync of the cohort {@code <name>.csv}, run by hand. */
    public Trial sync(String name, String to, String... options) {
        syncs.append("    ").append(name).append(":\n");
        syncs.append("      from: { source: files, cohort: ").append(name).append(".csv }\n");
        syncs.append("      schedule: manual\n");
        syncs.append("      to: ").append(to).append("\n");
        List.of(options).forEach(option -> syncs.append("      ").append(option).append("\n"));
        return this;
    }

    /** Whatever else the YAML of a sync may hold. */
    public Trial syncAsWritten(String yaml) {
        syncs.append(yaml.indent(4));
        return this;
    }

    public Trial start() {
        app = RunningApp.start(
                folder,
                "cohort-sync:\n  sources:\n    files: { type: file, directory: $DIR }\n" + sources + "  targets:\n"
                        + targets + "  syncs:\n" + syncs);
        return this;
    }

    public RunningApp app() {
        return app;
    }

    public void cohort(String sync, Collection<String> members) {
        try {
            Files.writeString(folder.resolve(sync + ".csv"), "user_id\n" + String.join("\n", members) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** So many people. */
    public static List<String> people(String prefix, int number) {
        return IntStream.rangeClosed(1, number)
                .mapToObj(i -> prefix + "-" + i + "-end")
                .toList();
    }

    /** Runs a sync to its end; the run, whose counts add up. */
    public JsonNode run(String sync) {
        return app.run(sync);
    }

    /** Runs a sync of one target to its end. */
    public JsonNode runLink(String sync) {
        return app.runLink(sync);
    }

    /** Begins a run of a sync, without waiting for its end. */
    public CompletableFuture<JsonNode> begin(String sync) {
        return CompletableFuture.supplyAsync(() -> app.run(sync), task -> new Thread(task, "run " + sync).start());
    }

    public JdbcClient state() {
        return app.bean(JdbcClient.class);
    }

    /** A number out of the state database, about the links of a sync. */
    public long count(String what, String sync) {
        return state().sql("select count(*) from " + what + " and link_id in (select id from link where sync = ?)")
                .param(sync)
                .query(Long.class)
                .single();
    }

    /** Calls that are in doubt. */
    public long inDoubt(String sync) {
        return count("delivery where closed_at is null", sync);
    }

    public JsonNode deadLetters(String sync) {
        return app.get("/api/dead-letters?sync=" + sync);
    }

    /** The view of a target. */
    public JsonNode targetView(String target) {
        for (JsonNode view : app.get("/api/targets")) {
            if (view.path("name").asText().equals(target)) {
                return view;
            }
        }
        throw new AssertionError("no target " + target);
    }

    @Override
    public void close() {
        if (app != null) {
            app.close();
        }
    }
}
