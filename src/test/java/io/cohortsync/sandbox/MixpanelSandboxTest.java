package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The stand-in for Mixpanel over real HTTP: contracts.md 6.1. */
@StandInsOverHttp
class MixpanelSandboxTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENGAGE = "/api/query/engage?project_id=777";
    private static final String COHORT = "filter_by_cohort=" + encoded("{\"id\":12345}");
    private static final String FORM = "application/x-www-form-urlencoded";

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @BeforeEach
    void forget() throws Exception {
        send("DELETE", "", "", "application/json", "");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpResponse<String> send(String method, String path, String account, String type, String body)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/sandbox/mixpanel" + path))
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofString(body));
        if (!account.isEmpty()) {
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(account.getBytes()));
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode query(String path, int status, String form) throws Exception {
        HttpResponse<String> answer = send("POST", path, "svc:secret", FORM, form);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    private JsonNode control(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = send(method, path, "", "application/json", body.replace('\'', '"'));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private void define(int members) throws Exception {
        List<String> ids =
                IntStream.range(0, members).mapToObj(n -> "'d-" + n + "'").toList();
        control("PUT", "/cohorts/12345", "{'name':'Trial lapsed','members':[" + String.join(",", ids) + "]}");
    }

    @Test
    void cohortsOfTheProjectAreListed() throws Exception {
        define(3);
        control("PUT", "/cohorts/2", "{'project_id':778,'visible':false}");
        JsonNode all = query("/api/query/cohorts/list?project_id=777", 200, "");
        assertThat(all).hasSize(1);
        assertThat(all.path(0).path("id").isInt()).isTrue();
        assertThat(all.path(0).path("name").asText()).isEqualTo("Trial lapsed");
        assertThat(all.path(0).path("count").asInt()).isEqualTo(3);
        assertThat(all.path(0).path("is_visible").asInt()).isEqualTo(1);
        assertThat(all.path(0).path("created").asText()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
        assertThat(query("/api/query/cohorts/list?project_id=778", 200, "")
                        .path(0)
                        .path("is_visible")
                        .asInt())
                .isZero();
    }

    @Test
    void membersComeWithTheirIdsAsTheyAreAndThePropertiesAskedFor() throws Exception {
        control(
                "PUT",
                "/cohorts/12345",
                "{'members':[{'distinct_id':'d-1','properties':{'$email':'ann@example.com','age':7}},9007199254740993]}");
        JsonNode page = query(ENGAGE, 200, COHORT + "&output_properties=" + encoded("[\"$email\"]"));
        assertThat(page.path("results").toString())
                .contains("\"$distinct_id\":\"d-1\"")
                .contains("\"$properties\":{\"$email\":\"ann@example.com\"}")
                .contains("\"$distinct_id\":9007199254740993");
        assertThat(page.path("status").asText()).isEqualTo("ok");
        assertThat(page.path("page_size").asInt()).isEqualTo(1000);
        assertThat(query(ENGAGE, 200, COHORT).at("/results/0/$properties/age").asInt())
                .isEqualTo(7);
    }

    @Test
    void pagesBelongToASessionThatSeesTheCohortAsItWas() throws Exception {
        define(4);
        control("PUT", "/behaviour", "{'pageSize':2,'bareEnd':true,'totalOff':1}");
        JsonNode first = query(ENGAGE, 200, COHORT + "&page=0");
        String session = "&session_id=" + first.path("session_id").asText();
        assertThat(first.path("total").asInt()).isEqualTo(5);
        define(1);
        control("PUT", "/cohorts/2", "{}");
        assertThat(query(ENGAGE, 200, COHORT + session + "&page=1").path("results"))
                .hasSize(2);
        assertThat(query(ENGAGE, 200, COHORT + session + "&page=2").toString()).isEqualTo("{\"page\":2}");

        assertThat(query(ENGAGE, 400, COHORT + "&page=1").path("error").asText())
                .contains("session_id is required");
        query(ENGAGE, 400, COHORT + "&session_id=other&page=1");
        query(ENGAGE, 400, COHORT.replace("12345", "2") + session + "&page=1");
        assertThat(control("GET", "/stats", "").toString())
                .isEqualTo("{\"requests\":6,\"engage\":{\"sessions\":1,\"pages\":3}}");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/query/engage, svc:secret, 12345, 400",
        "/api/query/engage?project_id=778, svc:secret, 12345, 400",
        "/api/query/engage?project_id=777, svc:secret, 54321, 400",
        "/api/query/engage?project_id=777, svc:secret, x, 400",
        "/api/query/engage?project_id=777, svc, 12345, 401",
        "/api/query/other?project_id=777, svc:secret, 12345, 404"
    })
    void whatMixpanelWouldNotAnswerIsRefused(String path, String account, String cohort, int status) throws Exception {
        define(1);
        HttpResponse<String> refused = send("POST", path, account, FORM, COHORT.replace("12345", cohort));
        assertThat(refused.statusCode()).isEqualTo(status);
        assertThat(JSON.readTree(refused.body()).path("error").asText()).isNotBlank();
    }

    @Test
    void aBodyThatIsNoFormIsRefused() throws Exception {
        define(1);
        assertThat(send("POST", ENGAGE, "svc:secret", "application/json", "{}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aPageMayFailForGoodAndThePlanMayHaveNoAccess() throws Exception {
        define(4);
        control("PUT", "/behaviour", "{'pageSize':2,'brokenPage':1}");
        String session = query(ENGAGE, 200, COHORT).path("session_id").asText();
        query(ENGAGE, 500, COHORT + "&page=1&session_id=" + session);
        query(ENGAGE, 500, COHORT + "&page=1&session_id=" + session);
        control("PUT", "/behaviour", "{'engageAccess':false}");
        query(ENGAGE, 402, COHORT);
    }

    @Test
    void queriesAreLimitedByTheHour() throws Exception {
        define(1);
        control("PUT", "/behaviour", "{'perHour':2}");
        query("/api/query/cohorts/list?project_id=777", 200, "");
        query(ENGAGE, 200, COHORT);
        assertThat(query(ENGAGE, 429, COHORT).path("error").asText()).contains("2 queries per hour");
    }

    @Test
    void queriesAreLimitedAtOnce() throws Exception {
        define(1);
        control("PUT", "/behaviour", "{'concurrent':1,'queryMillis':500}");
        List<Integer> statuses = IntStream.range(0, 3)
                .mapToObj(n -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return send("POST", ENGAGE, "svc:secret", FORM, COHORT).statusCode();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
        assertThat(statuses).contains(200, 429);
    }

    @Test
    void requestsAreRememberedWithoutTheSecret() throws Exception {
        define(1);
        query(ENGAGE, 200, COHORT);
        JsonNode last = control("GET", "/requests?last=1", "").path(0);
        assertThat(last.path("body").path("filter_by_cohort").asText()).isEqualTo("{\"id\":12345}");
        assertThat(last.path("authorization").asText()).endsWith("***");
    }

    @Test
    void aTypoIsToldOf() throws Exception {
        HttpResponse<String> refused = send("PUT", "/cohorts/1", "", "application/json", "{\"members\":[{\"id\":1}]}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("a member is a distinct id");
        assertThat(send("PUT", "/behaviour", "", "application/json", "{\"pageSize\":0}")
                        .body())
                .contains("pageSize is at least 1");
    }
}
