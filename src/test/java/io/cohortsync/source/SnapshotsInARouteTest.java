package io.cohortsync.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A split of a snapshot must fail where the snapshot does, and not end there. */
class SnapshotsInARouteTest {

    @TempDir
    Path directory;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final List<Long> chunks = new ArrayList<>();
    private final List<SnapshotReader> passedTheWall = new ArrayList<>();
    private ProducerTemplate template;

    @BeforeEach
    void setUp() throws Exception {
        camel.getRegistry().bind("fileSnapshots", new FileSnapshots());
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:read")
                        .setVariable("directory", constant(directory))
                        .setVariable("fields", () -> CohortFiles.named("id"))
                        .setBody(simple(
                                "${bean:fileSnapshots.open(${variable.directory}, ${body}, ${variable.fields})}"))
                        .setVariable("snapshot", body())
                        .split(body())
                        .streaming()
                        .stopOnException()
                        .process(exchange -> chunks.add(
                                exchange.getMessage().getBody(Chunk.class).firstRecord()))
                        .end()
                        .process(exchange -> passedTheWall.add(exchange.getVariable("snapshot", SnapshotReader.class)));
            }
        });
        camel.start();
        template = camel.createProducerTemplate();
    }

    @AfterEach
    void tearDown() throws IOException {
        camel.close();
    }

    @Test
    void passesTheWallWhenTheFileIsWhole() throws IOException {
        new CohortFiles(directory).write("vip.csv", "id,n\n" + "u,1\n".repeat(2_500));

        template.sendBody("direct:read", "vip.csv");

        assertThat(chunks).containsExactly(1L, 1_001L, 2_001L);
        assertThat(passedTheWall).hasSize(1).allMatch(SnapshotReader::complete);
    }

    @Test
    void stopsBeforeTheWallWhenTheFileEndsInTheMiddleOfARecord() throws IOException {
        new CohortFiles(directory).write("vip.csv", "id,n\n" + "u,1\n".repeat(2_500) + "u");

        assertThatThrownBy(() -> template.sendBody("direct:read", "vip.csv"))
                .hasRootCauseInstanceOf(IncompleteSnapshotException.class)
                .hasRootCauseMessage("File vip.csv ends in the middle of a record: line 2502 has 1 of 2 fields");
        // The split looks one chunk ahead before it hands one on.
        assertThat(chunks).containsExactly(1L);
        assertThat(passedTheWall).isEmpty();
    }
}
