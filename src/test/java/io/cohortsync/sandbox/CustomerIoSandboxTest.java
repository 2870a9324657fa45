package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The stand-in for Customer.io over real HTTP (contracts.md section 8). */
@StandInsOverHttp
class CustomerIoSandboxTest {

    // site:key
    private static final String BASIC = "Basic c2l0ZTprZXk=";
    private static final String BEARER = "Bearer app";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @LocalServerPort
    private int port;

    private record Answer(int status, JsonNode json, HttpResponse<String> response) {}

    private Answer call(String method, String path, String authorization, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/sandbox/customerio" + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), JSON.readTree(response.body()), response);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A call of the App API; more than ten a second are refused. */
    private Answer app(String method, String path, String body) {
        Answer answer = call(method, path, BEARER, body);
        while (answer.status() == 429) {
            answer = call(method, path, BEARER, body);
        }
        return answer;
    }

    private Answer change(int segment, String what, String idType, String... ids) {
        String list = "\"" + String.join("\",\"", ids) + "\"";
        return call(
                "POST",
                "/api/v1/segments/" + segment + "/" + what + "?id_type=" + idType,
                BASIC,
                "{\"ids\":[" + list + "]}");
    }

    private int segment(String name) {
        return app("POST", "/v1/segments", "{\"segment\":{\"name\":\"" + name + "\",\"description\":\"d\"}}")
                .json()
                .path("segment")
                .path("id")
                .asInt();
    }

    @BeforeEach
    void anEmptyWorkspaceWithAnnBobAndCleo() {
        call("DELETE", "", "", "");
        call("POST", "/people", "", """
                [{"id":"ann","email":"Ann@x.com"},{"id":"bob"},{"email":"cleo+x@x.com"}]
                """);
    }

    @Test
    void peopleAreAddedAndRemovedByAnyIdentifierAndStrangersIgnored() {
        int id = segment("VIP");

        assertThat(change(id, "add_customers", "id", "ann", "bob", "dan").status())
                .isEqualTo(200);
        assertThat(change(id, "add_customers", "email", "CLEO+X@x.com").status())
                .isEqualTo(200);
        assertThat(change(id, "remove_customers", "cio_id", "cio00000002").status())
                .isEqualTo(200);
        assertThat(change(id, "add_customers", "id", "Ann").status()).isEqualTo(200);

        JsonNode page =
                app("GET", "/v1/segments/" + id + "/membership?limit=10", "").json();
        assertThat(page.toString()).isEqualTo("""
                {"segment_id":%d,"ids":["ann",""],"identifiers":[\
                {"cio_id":"cio00000001","id":"ann","email":"Ann@x.com"},\
                {"cio_id":"cio00000003","id":null,"email":"cleo+x@x.com"}],"next":""}""".formatted(id));
        assertThat(app("GET", "/v1/segments/" + id + "/customer_count", "")
                        .json()
                        .path("count")
                        .asInt())
                .isEqualTo(2);
        assertThat(call("GET", "/stats", "", "").json().path("ignored").asInt()).isEqualTo(2);
    }

    @Test
    void segmentsAreCreatedListedAndDeletedAndKeepTheirDescription() {
        int id = segment("VIP");

        assertThat(app("GET", "/v1/segments/" + id, "")
                        .json()
                        .path("segment")
                        .path("type")
                        .asText())
                .isEqualTo("manual");
        assertThat(app("GET", "/v1/segments", "")
                        .json()
                        .path("segments")
                        .path(0)
                        .path("description")
                        .asText())
                .isEqualTo("d");
        assertThat(app("DELETE", "/v1/segments/" + id, "").status()).isEqualTo(204);
        Answer gone = app("GET", "/v1/segments/" + id + "/membership", "");
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.json().path("errors").path(0).path("detail").asText()).isEqualTo("not found");
        assertThat(change(id, "add_customers", "id", "ann").status()).isEqualTo(404);
    }

    @Test
    void nobodyIsAddedToADataDrivenSegment() {
        int id = call("POST", "/segments", "", "{\"name\":\"By data\",\"manual\":false}")
                .json()
                .path("id")
                .asInt();

        assertThat(app("GET", "/v1/segments/" + id, "")
                        .json()
                        .path("segment")
                        .path("type")
                        .asText())
                .isEqualTo("dynamic");
        assertThat(change(id, "add_customers", "id", "ann").status()).isEqualTo(400);
    }

    @Test
    void pagesAreReadToTheirEndByOpaqueCursors() {
        int id = segment("VIP");
        change(id, "add_customers", "id", "ann", "bob");
        List<String> read = new ArrayList<>();
        String start = "";
        do {
            JsonNode page = app("GET", "/v1/segments/" + id + "/membership?limit=1" + start, "")
                    .json();
            page.path("identifiers")
                    .forEach(person -> read.add(person.path("id").asText()));
            start = page.path("next").asText().isEmpty()
                    ? ""
                    : "&start=" + URLEncoder.encode(page.path("next").asText(), StandardCharsets.UTF_8);
            if (start.isEmpty()) {
                assertThat(page.path("ids").isNull()).isTrue();
            }
        } while (!start.isEmpty());

        assertThat(read).containsExactly("ann", "bob");
        assertThat(app("GET", "/v1/segments/" + id + "/membership?start=rubbish", "")
                        .status())
                .isEqualTo(400);
        assertThat(app("GET", "/v1/segments/" + id + "/membership?limit=30001", "")
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"ids":[]}          | id    | 400
            {"ids":["ann",4]}   | id    | 400
            {"ids":["ann"," "]} | id    | 400
            {"ids":["ann"]}     | phone | 400
            {"ids":             | id    | 400
            {}                  | id    | 400
            {"ids":["ann"]}     | id    | 200
            """)
    void aBodyIsALimitedNumberOfTexts(String body, String idType, int status) {
        int id = segment("VIP");
        String path = "/api/v1/segments/" + id + "/add_customers?id_type=" + idType;

        assertThat(call("POST", path, BASIC, body).status()).isEqualTo(status);
        String many = String.join(",", Collections.nCopies(1_001, "\"ann\""));
        assertThat(call("POST", path, BASIC, "{\"ids\":[" + many + "]}").status())
                .isEqualTo(400);
    }

    @Test
    void eachApiTakesItsOwnCredentialsOnly() {
        int id = segment("VIP");
        String track = "/api/v1/segments/" + id + "/add_customers";

        for (String wrong : List.of("", BEARER, "Basic !", "Basic c2l0ZTo=", "Basic c2l0ZTogaw==")) {
            Answer answer = call("POST", track, wrong, "{\"ids\":[\"ann\"]}");
            assertThat(answer.status()).as(wrong).isEqualTo(401);
            assertThat(answer.json().path("meta").path("error").asText()).isNotBlank();
        }
        assertThat(call("GET", "/v1/segments", BASIC, "").status()).isIn(401, 429);
    }

    @Test
    void whereTheAccountLivesIsToldToWhoeverHasTheTrackApisKeys() {
        JsonNode region = call("GET", "/api/v1/accounts/region", BASIC, "").json();
        assertThat(region.path("region").asText()).isEqualTo("us");
        assertThat(call("GET", "/api/v1/accounts/region", BEARER, "").status()).isEqualTo(401);
    }

    @Test
    void theOtherRegionRedirectsTrackCallsAndKnowsNoAppKey() {
        Answer answer =
                call("POST", "/other-region/api/v1/segments/1/add_customers?id_type=email", BASIC, "{\"ids\":[\"a\"]}");

        assertThat(answer.status()).isEqualTo(301);
        assertThat(answer.response().headers().firstValue("Location"))
                .contains("/sandbox/customerio/api/v1/segments/1/add_customers?id_type=email");
        assertThat(app("GET", "/other-region/v1/segments", "").status()).isEqualTo(401);
    }

    @Test
    void tooManyCallsASecondAreRefusedAndAllAreRemembered() {
        List<Integer> statuses = IntStream.range(0, 40)
                .mapToObj(i -> call("GET", "/v1/segments", BEARER, "").status())
                .toList();

        assertThat(statuses).contains(200, 429);
        JsonNode last = call("GET", "/requests?last=40", "", "").json();
        assertThat(last).hasSize(40);
        assertThat(last.findValuesAsText("authorization")).containsOnly("Bearer a***");
    }

    @Test
    void theRateIsThatOfAnySecond() {
        CallRate rate = new CallRate(Duration.ofSeconds(1));

        assertThat(rate.take(0, 2)).isTrue();
        assertThat(rate.take(900_000_000L, 2)).isTrue();
        assertThat(rate.take(999_999_999L, 2)).isFalse();
        assertThat(rate.take(1_000_000_000L, 2)).isTrue();
        assertThat(rate.take(1_899_999_999L, 2)).isFalse();
        assertThat(rate.take(1_900_000_000L, 2)).isTrue();
    }
}
