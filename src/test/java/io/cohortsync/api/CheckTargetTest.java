package io.cohortsync.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.AmplitudeServer;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.CustomerIoServer.Answer;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What trying a target's credentials says, at vendors that can be asked without a side effect. */
class CheckTargetTest {

    @TempDir
    static Path folder;

    private static AmplitudeServer amplitude;
    private static CustomerIoServer customerIo;
    private static RunningApp app;

    @BeforeAll
    static void start() throws IOException {
        amplitude = new AmplitudeServer();
        customerIo = new CustomerIoServer();
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        String good = CustomerIoServer.KEYS;
        app = RunningApp.start(folder, """
                cohort-sync:
                  targets:
                    amp: { %s }
                    amp-down: { type: amplitude-cohorts, api-key: a-1, secret-key: s3cret-1, app-id: "1", base-url: "http://127.0.0.1:%d" }
                    cio: { type: customerio, %s, base-url: "%s" }
                    cio-track-only: { type: customerio, site-id: site, tracking-api-key: tr4ck, base-url: "%s" }
                    cio-wrong-track: { type: customerio, %s, base-url: "%s" }
                    cio-wrong-app: { type: customerio, %s, base-url: "%s" }
                    cio-eu: { type: customerio, %s, region: eu, base-url: "%s" }
                    cio-down: { type: customerio, %s, base-url: "http://127.0.0.1:%d" }
                """.formatted(
                        amplitude.target(""),
                        closed,
                        good,
                        customerIo.url(),
                        customerIo.url(),
                        good.replace("tr4ck,", "tr4ck-wrong,"),
                        customerIo.url(),
                        good.replace("app-api-key: 4pp", "app-api-key: 4pp-wrong"),
                        customerIo.url(),
                        good,
                        customerIo.url(),
                        good,
                        closed));
    }

    @AfterAll
    static void stop() {
        app.close();
        amplitude.close();
        customerIo.close();
    }

    @BeforeEach
    void behaveWell() {
        amplitude.behaveWell();
        amplitude.forgetRequests();
        customerIo.behaveWell();
        customerIo.forgetRequests();
    }

    private static JsonNode check(String target) {
        JsonNode answer = app.post("/api/targets/" + target + "/check");
        assertThat(answer.path("target").asText()).isEqualTo(target);
        assertThat(answer.toString()).doesNotContain("s3cret-1", "tr4ck-wrong", "4pp-wrong", "amplitude-secret");
        return answer;
    }

    private static String result(String target) {
        return check(target).path("result").asText();
    }

    @Test
    void amplitudesKeysAreTriedByListingCohorts() {
        assertThat(check("amp").toString()).isEqualTo("{\"target\":\"amp\",\"result\":\"accepted\"}");
        assertThat(amplitude.requests("")).hasSize(1);
        SegmentServer.Request request = amplitude.requests("").get(0);
        assertThat(request.method() + " " + request.path()).isEqualTo("GET /api/3/cohorts");
        assertThat(request.bytes()).isEmpty();
        String keys =
                Base64.getEncoder().encodeToString("amplitude-api:amplitude-secret".getBytes(StandardCharsets.UTF_8));
        assertThat(request.headers()).containsEntry("Authorization", "Basic " + keys);
    }

    @Test
    void amplitudeRefusesDoesNotAnswerOrIsSomethingElse() {
        for (int status : List.of(401, 403)) {
            amplitude.behave(request -> SegmentServer.Answer.status(status));
            JsonNode refused = check("amp");
            assertThat(refused.path("result").asText()).isEqualTo("refused");
            assertThat(refused.path("words").asText()).contains("api-key with secret-key", "region", "HTTP " + status);
        }
        for (int status : List.of(429, 500, 503)) {
            amplitude.behave(request -> SegmentServer.Answer.status(status));
            assertThat(check("amp").path("result").asText())
                    .as("HTTP " + status)
                    .isEqualTo("no answer");
        }
        amplitude.behave(request -> SegmentServer.Answer.RESET);
        assertThat(result("amp")).isEqualTo("no answer");
        amplitude.behave(
                request -> new SegmentServer.Answer(false, 200, Map.of(), "{\"hello\":\"ann@example.com\"}", 0));
        JsonNode other = check("amp");
        assertThat(other.path("result").asText()).isEqualTo("no answer");
        assertThat(other.path("words").asText()).contains("lists no cohorts").doesNotContain("ann@");
        JsonNode down = check("amp-down");
        assertThat(down.path("result").asText()).isEqualTo("no answer");
        assertThat(down.path("words").asText()).contains("refused");
    }

    @Test
    void customerIosKeysAreTriedByTheRegionAndTheSegments() {
        assertThat(check("cio").toString()).isEqualTo("{\"target\":\"cio\",\"result\":\"accepted\"}");
        assertThat(customerIo.requests())
                .extracting(CustomerIoServer.Request::toString)
                .containsExactly("GET /api/v1/accounts/region", "GET /v1/segments");
        assertThat(customerIo.requests().get(0).headers().get("Authorization")).startsWith("Basic ");
        assertThat(customerIo.requests().get(1).headers()).containsEntry("Authorization", "Bearer 4pp");

        customerIo.forgetRequests();
        assertThat(result("cio-track-only")).isEqualTo("accepted");
        assertThat(customerIo.requests())
                .extracting(CustomerIoServer.Request::toString)
                .containsExactly("GET /api/v1/accounts/region");
    }

    @Test
    void whichOfCustomerIosKeysIsRefusedIsSaid() {
        JsonNode track = check("cio-wrong-track");
        assertThat(track.path("result").asText()).isEqualTo("refused");
        assertThat(track.path("words").asText())
                .startsWith("the Track API refused site-id with tracking-api-key: HTTP 401");
        JsonNode ofApp = check("cio-wrong-app");
        assertThat(ofApp.path("result").asText()).isEqualTo("refused");
        assertThat(ofApp.path("words").asText())
                .startsWith("the App API refused app-api-key")
                .contains("the Track API's keys are good", "HTTP 401");
    }

    @Test
    void anAccountOfAnotherRegionIsToldWithBothNames() {
        JsonNode answer = check("cio-eu");
        assertThat(answer.path("result").asText()).isEqualTo("refused");
        assertThat(answer.path("words").asText())
                .startsWith("wrong region: the account lives in \"us\", the target says \"eu\"");
    }

    @Test
    void customerIoDoesNotAnswerOrIsSomethingElse() {
        assertThat(result("cio-down")).isEqualTo("no answer");
        customerIo.behave(request -> Answer.status(503));
        assertThat(result("cio")).isEqualTo("no answer");
        customerIo.behave(request -> Optional.of(new Answer(false, 200, Map.of(), "<html>ann@example.com</html>")));
        JsonNode page = check("cio");
        assertThat(page.path("result").asText()).isEqualTo("no answer");
        assertThat(page.path("words").asText()).isEqualTo("Customer.io's answer is not JSON");
    }
}
