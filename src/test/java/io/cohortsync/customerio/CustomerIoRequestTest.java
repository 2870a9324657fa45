package io.cohortsync.customerio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.CustomerIoServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What arrives at Customer.io, in order and field for field (contracts, section 8). */
class CustomerIoRequestTest {

    @TempDir
    static Path folder;

    private static CustomerIoServer customerIo;
    private static Trial trial;

    @BeforeAll
    static void start() {
        customerIo = new CustomerIoServer();
        trial = new Trial(folder)
                .target(
                        "cio",
                        "type: customerio, " + CustomerIoServer.KEYS + ", base-url: \"" + customerIo.url()
                                + "/a/prefix/\"")
                .target(
                        "apart",
                        "type: customerio, " + CustomerIoServer.KEYS + ", track-base-url: \"" + customerIo.url()
                                + "/track\", app-base-url: \"" + customerIo.url() + "/app\", read-back: off")
                .target(
                        "no-app-key",
                        "type: customerio, site-id: site, tracking-api-key: \" tr4ck \", base-url: \""
                                + customerIo.url() + "/trusting\"")
                .target(
                        "one-by-one",
                        "type: customerio, batch-size: 1, " + CustomerIoServer.KEYS + ", base-url: \""
                                + customerIo.url() + "/one-by-one\"")
                .sync("by-default", "[ cio ]")
                .sync("by-id", "[ { target: cio, id-type: id } ]")
                .sync("by-email", "[ { target: cio, segment: \"In {name}\", id-type: email } ]")
                .sync("by-cio-id", "[ { target: cio, id-type: cio_id } ]")
                .sync("several-hosts", "[ apart ]")
                .sync("trusted", "[ { target: no-app-key, segment-id: " + customerIo.make("Trusted", "manual") + " } ]")
                .sync("spelt", "[ { target: cio, id-type: email } ]")
                .sync("large", "[ cio ]")
                .sync("paced", "[ one-by-one ]")
                .start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        customerIo.close();
    }

    @BeforeEach
    void forget() {
        customerIo.behaveWell();
        customerIo.forgetRequests();
    }

    private static List<String> lines() {
        return customerIo.requests().stream().map(Request::toString).toList();
    }

    private static JsonNode accepted(String sync, String... members) {
        trial.cohort(sync, List.of(members));
        JsonNode link = trial.runLink(sync);
        assertThat(link.path("state").asText()).as(link.toString()).isEqualTo("succeeded");
        return link;
    }

    @ParameterizedTest
    @CsvSource({"by-default,by-default,id", "by-id,by-id,id", "by-email,In by-email,email", "by-cio-id,by-cio-id,cio_id"
    })
    void theSegmentIsCreatedThenFilledAndFollowed(String sync, String name, String idType) {
        accepted(sync, "ann@x.com", "bob+x@x.com");
        String id = String.valueOf(customerIo.segments(name).get(0).id());

        assertThat(lines())
                .containsExactly(
                        "GET /a/prefix/v1/segments",
                        "POST /a/prefix/v1/segments",
                        "POST /a/prefix/api/v1/segments/" + id + "/add_customers?id_type=" + idType);
        JsonNode created = customerIo.requests().get(1).body();
        assertThat(fields(created)).containsExactly("segment");
        assertThat(fields(created.path("segment"))).containsExactlyInAnyOrder("name", "description");
        assertThat(created.path("segment").path("name").asText()).isEqualTo(name);
        Request add = customerIo.requests().get(2);
        assertThat(fields(add.body())).containsExactly("ids");
        assertThat(add.ids()).containsExactlyInAnyOrder("ann@x.com", "bob+x@x.com");

        customerIo.forgetRequests();
        accepted(sync, "bob+x@x.com", "cleo@x.com");
        assertThat(lines())
                .containsExactly(
                        "GET /a/prefix/v1/segments/" + id,
                        "POST /a/prefix/api/v1/segments/" + id + "/add_customers?id_type=" + idType,
                        "POST /a/prefix/api/v1/segments/" + id + "/remove_customers?id_type=" + idType);
        assertThat(customerIo.requests().get(1).ids()).containsExactly("cleo@x.com");
        assertThat(customerIo.requests().get(2).ids()).containsExactly("ann@x.com");
        assertThat(customerIo.members(name)).containsExactly("bob+x@x.com", "cleo@x.com");

        customerIo.forgetRequests();
        accepted(sync, "bob+x@x.com", "cleo@x.com");
        assertThat(lines()).isEmpty();
    }

    @Test
    void eachApiGetsItsOwnCredentialsAndNoHeaderOfOurOwn() {
        accepted("several-hosts", "ann");

        assertThat(lines())
                .containsExactly(
                        "GET /app/v1/segments",
                        "POST /app/v1/segments",
                        "POST /track/api/v1/segments/"
                                + customerIo.segments("several-hosts").get(0).id() + "/add_customers?id_type=id");
        assertThat(customerIo.requests())
                .extracting(request -> request.headers().get("Authorization"))
                // site:tr4ck
                .containsExactly("Bearer 4pp", "Bearer 4pp", "Basic c2l0ZTp0cjRjaw==");
        for (Request request : customerIo.requests()) {
            Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            names.addAll(request.headers().keySet());
            names.removeAll(List.of("Content-Length", "Transfer-Encoding", "Content-Type"));
            assertThat(names)
                    .containsExactlyInAnyOrder("Accept-Encoding", "Authorization", "Connection", "Host", "User-Agent");
            if (request.method().equals("POST")) {
                assertThat(request.headers()).containsEntry("Content-Type", "application/json");
            }
        }
    }

    @Test
    void withoutAnAppKeyTheSegmentsNumberIsTakenOnTrust() {
        accepted("trusted", "ann");

        assertThat(customerIo.requests("/trusting"))
                .extracting(Request::toString)
                .containsExactly("POST /trusting/api/v1/segments/"
                        + customerIo.segments("Trusted").get(0).id() + "/add_customers?id_type=id");
        assertThat(customerIo.members("Trusted")).containsExactly("ann");
    }

    @Test
    void anEmailIsThePersonHoweverItIsSpelt() {
        accepted("spelt", "Ann@x.com", "bob@x.com");
        customerIo.forgetRequests();

        JsonNode other = accepted("spelt", "ann@x.com", "bob@x.com");
        assertThat(other.path("same").asLong()).isEqualTo(2);
        JsonNode both = accepted("spelt", "ann@x.com", "ANN@X.com", "bob@x.com");
        assertThat(both.path("duplicate").asLong()).isEqualTo(1);
        JsonNode one = accepted("spelt", "ANN@X.com", "bob@x.com");
        assertThat(one.path("exit").asLong()).isZero();

        assertThat(lines()).isEmpty();
        assertThat(customerIo.members("spelt")).containsExactly("ann@x.com", "bob@x.com");
    }

    @Test
    void noCallHasMoreThanAThousandIds() {
        accepted("large", Trial.people("l", 2_500).toArray(String[]::new));

        assertThat(customerIo.requests())
                .filteredOn(request -> request.path().contains("add_customers"))
                .extracting(request -> request.ids().size())
                .containsExactly(1_000, 1_000, 500);
        assertThat(customerIo.members("large")).hasSize(2_500);
    }

    @Test
    void atMostAHundredTrackCallsASecond() {
        accepted("paced", Trial.people("p", 250).toArray(String[]::new));

        List<Request> calls = customerIo.requests().stream()
                .filter(request -> request.path().contains("add_customers"))
                .toList();
        assertThat(calls).hasSize(250);
        for (int i = 100; i < calls.size(); i++) {
            assertThat(Duration.ofNanos(
                            calls.get(i).atNanos() - calls.get(i - 100).atNanos()))
                    .isGreaterThan(Duration.ofSeconds(1));
        }
    }

    private static List<String> fields(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
