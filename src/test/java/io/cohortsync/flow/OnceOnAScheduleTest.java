package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.CohortSync;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;

/** A sync that never ran is run by the start itself, through every route down to its target's. */
@CamelSpringBootTest
@SpringBootTest(
        classes = CohortSync.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.datasource.url=jdbc:h2:mem:once",
            "cohort-sync.sources.exports.type=file",
            "cohort-sync.sources.exports.directory=once-on-a-schedule",
            "cohort-sync.targets.web.type=segment",
            "cohort-sync.targets.web.write-key=wk_test",
            "cohort-sync.targets.web.base-url=${once-on-a-schedule.segment}",
            "cohort-sync.syncs.vip.from.source=exports",
            "cohort-sync.syncs.vip.from.cohort=vip.csv",
            "cohort-sync.syncs.vip.schedule=once",
            "cohort-sync.syncs.vip.to=web"
        })
@DirtiesContext
class OnceOnAScheduleTest {

    private static final SegmentServer SEGMENT = new SegmentServer();

    static {
        System.setProperty("once-on-a-schedule.segment", SEGMENT.url());
    }

    @Autowired
    CamelContext camel;

    @BeforeAll
    static void writeTheCohort() throws IOException {
        Path folder = Files.createDirectories(Path.of("once-on-a-schedule"));
        Files.writeString(folder.resolve("vip.csv"), "user_id\nann\nbob\n");
    }

    @AfterAll
    static void stop() {
        SEGMENT.close();
    }

    @Test
    void theTargetsRouteCarriesTheCohortAfterTheStart() {
        NotifyBuilder performed =
                new NotifyBuilder(camel).fromRoute("perform").whenDone(1).create();
        // It may be over before the test looks.
        boolean inTime = SEGMENT.members("vip").size() == 2 || performed.matches(30, TimeUnit.SECONDS);
        assertThat(inTime).isTrue();
        assertThat(SEGMENT.members("vip")).containsExactly("ann", "bob");
    }
}
