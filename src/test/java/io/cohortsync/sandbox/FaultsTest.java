package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A stand-in that misbehaves as asked, over real HTTP; the one for Segment stands for all. */
@StandInsOverHttp
class FaultsTest {

    private static final String IDENTIFY = "{\"writeKey\":\"k\",\"userId\":\"ann\",\"traits\":{\"vip\":true}}";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @LocalServerPort
    private int port;

    @BeforeEach
    void behave() throws Exception {
        call("DELETE", "/faults", "");
        call("DELETE", "", "");
    }

    private HttpResponse<String> call(String method, String path, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/sandbox/segment" + path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private int identify() throws Exception {
        return call("POST", "/v1/identify", IDENTIFY).statusCode();
    }

    private boolean annIsKnown() throws Exception {
        return call("GET", "/users/ann", "").statusCode() == 200;
    }

    private void ask(String fault) throws Exception {
        assertThat(call("POST", "/faults", fault).statusCode()).isEqualTo(201);
    }

    @Test
    void aStatusIsAnsweredWithItsHeadersAndNothingIsApplied() throws Exception {
        ask("{\"status\":429,\"headers\":{\"Retry-After\":\"7\"},\"times\":1}");
        HttpResponse<String> refused = call("POST", "/v1/identify", IDENTIFY);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("7");
        assertThat(annIsKnown()).isFalse();
        assertThat(identify()).isEqualTo(200);
        assertThat(annIsKnown()).isTrue();
        assertThat(call("GET", "/faults", "").body()).isEqualTo("[]");
    }

    @Test
    void aConnectionBreaksBeforeTheCallIsApplied() throws Exception {
        ask("{\"drop\":\"before\"}");
        assertThatThrownBy(this::identify).isInstanceOf(IOException.class);
        assertThat(annIsKnown()).isFalse();
    }

    @Test
    void aConnectionBreaksAfterTheCallIsApplied() throws Exception {
        ask("{\"drop\":\"after\"}");
        assertThatThrownBy(this::identify).isInstanceOf(IOException.class);
        assertThat(annIsKnown()).isTrue();
    }

    @Test
    void onlyEveryNthCallOfAPathIsMet() throws Exception {
        ask("{\"path\":\"/identify\",\"status\":503,\"every\":3}");
        assertThat(call("POST", "/v1/batch", "{\"writeKey\":\"k\",\"batch\":[]}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(identify()).isEqualTo(200);
        assertThat(identify()).isEqualTo(200);
        assertThat(identify()).isEqualTo(503);
        assertThat(identify()).isEqualTo(200);
        assertThat(call("GET", "/faults/struck", "").body()).contains("\"status 503\":1");
    }

    @Test
    void aDelayedCallIsAppliedAllTheSame() throws Exception {
        ask("{\"delayMillis\":300,\"times\":1}");
        long began = System.nanoTime();
        assertThat(identify()).isEqualTo(200);
        assertThat(System.nanoTime() - began).isGreaterThan(300_000_000L);
        assertThat(annIsKnown()).isTrue();
    }

    @Test
    void aFaultOfOneVendorLeavesTheOthersAloneAndEndsInTime() {
        Instant[] now = {Instant.parse("2026-11-22T10:00:00Z")};
        Faults faults = new Faults(new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now[0];
            }
        });
        Fault fault = new Fault(
                Optional.empty(),
                Optional.of(500),
                Map.of(),
                0,
                Optional.empty(),
                1,
                Optional.empty(),
                Optional.of(30L));
        faults.add("amplitude", fault);
        assertThat(faults.strike("segment", "/v1/batch")).isEmpty();
        assertThat(faults.strike("amplitude", "/api/3/cohorts")).contains(fault);
        now[0] = now[0].plusSeconds(31);
        assertThat(faults.strike("amplitude", "/api/3/cohorts")).isEmpty();
    }
}
