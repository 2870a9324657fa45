package io.cohortsync.state;

import io.cohortsync.CohortSync;
import io.cohortsync.delivery.Batch;
import io.cohortsync.delivery.Change;
import io.cohortsync.delivery.Deliveries;
import io.cohortsync.delivery.LinkDelivery;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.guard.Guard;
import io.cohortsync.run.Run;
import io.cohortsync.run.Runs;
import io.cohortsync.snapshot.Comparison;
import io.cohortsync.snapshot.Comparisons;
import io.cohortsync.source.Chunk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

/** A process that acknowledges batch after batch in the database of the default URL and tells each commit; then it halts. */
public final class Acknowledger {

    static final String REPORT = "acknowledged ";
    static final int BATCH = 100;

    private Acknowledger() {}

    public static void main(String[] args) throws Exception {
        int batches = Integer.parseInt(args[0]);
        Files.writeString(Path.of("application.yaml"), """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: ./cohorts }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: "http://127.0.0.1:9", batch-size: %d }
                  syncs:
                    vip: { from: { source: exports, cohort: vip.csv }, schedule: manual, to: [ web ] }
                """.formatted(BATCH));
        ApplicationContext app = new SpringApplication(CohortSync.class)
                .run("--server.port=0", "--cohort-sync.security.open=true", "--logging.level.root=ERROR");
        Runs runs = app.getBean(Runs.class);
        Comparisons comparisons = app.getBean(Comparisons.class);
        Deliveries deliveries = app.getBean(Deliveries.class);
        Run run = runs.begin("vip", "manual", null).run().orElseThrow();
        Comparison comparison = comparisons.ofRun(run);
        List<String[]> members = IntStream.range(0, batches * BATCH)
                .mapToObj(i -> new String[] {"member-" + i})
                .toList();
        comparison.pass().accept(Chunk.of(1, members));
        List<LinkPlan> plans = comparison.pass().complete();
        runs.passWall(run, plans);
        LinkDelivery delivery = deliveries.open(run, app.getBean(Guard.class).check(run.sync(), plans.get(0)));
        Iterator<Batch> lane = delivery.lanes().get(0);
        int done = 0;
        while (lane.hasNext()) {
            Batch batch = lane.next();
            deliveries.doubt(batch);
            deliveries.accepted(batch, List.of());
            System.out.println(
                    REPORT + batch.changes().stream().map(Change::memberKey).collect(Collectors.joining(" ")));
            System.out.flush();
            if (args[1].equals("halt") && ++done == batches / 2) {
                Runtime.getRuntime().halt(1);
            }
        }
    }
}
