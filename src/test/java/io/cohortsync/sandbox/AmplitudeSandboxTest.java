package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The stand-in for Amplitude over real HTTP: contracts.md sections 3.2 and 4. */
@StandInsOverHttp
class AmplitudeSandboxTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UPLOAD =
            "{'name':'VIP','app_id':1,'id_type':'BY_USER_ID','ids':['ann'],'owner':'ops@example.com','published':true}";

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private AmplitudeWorld world;

    @BeforeEach
    void forget() throws Exception {
        call("DELETE", "", "", "");
    }

    private HttpResponse<String> call(String method, String path, String keys, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/sandbox/amplitude" + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.replace('\'', '"')));
        if (!keys.isEmpty()) {
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(keys.getBytes()));
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode post(String call, int status, String body) throws Exception {
        HttpResponse<String> answer = call("POST", "/api/3/cohorts/" + call, "key:secret", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    private String create() throws Exception {
        return post("upload", 200, UPLOAD).path("cohortId").asText();
    }

    private static String membership(String cohort, String operation, String idType, String... ids) {
        return "{'cohort_id':'" + cohort + "','memberships':[{'ids':['" + String.join("','", ids) + "'],'id_type':'"
                + idType + "','operation':'" + operation + "'}]}";
    }

    @Test
    void aCohortIsCreatedListedFilledAndSaysWhomItDoesNotKnow() throws Exception {
        String cohort = create();
        JsonNode listed = JSON.readTree(
                        call("GET", "/api/3/cohorts", "key:secret", "").body())
                .path("cohorts");
        assertThat(listed).hasSize(1);
        assertThat(listed.path(0).path("id").asText()).isEqualTo(cohort);
        assertThat(listed.path(0).path("owners").path(0).asText()).isEqualTo("ops@example.com");
        assertThat(listed.path(0).path("createdAt").asLong()).isPositive();

        call("PUT", "/strangers", "", "['x']");
        JsonNode added = post("membership", 200, membership(cohort, "ADD", "BY_NAME", "bob", "x"));
        assertThat(added.at("/memberships_result/0/skipped_ids").toString()).isEqualTo("[\"x\"]");
        post("membership", 200, membership(cohort, "REMOVE", "BY_NAME", "ann"));
        assertThat(call("GET", "/cohorts/" + cohort + "/members", "", "").body())
                .isEqualTo("[\"bob\"]");
        assertThat(post("membership", 200, membership(cohort, "ADD", "BY_ID", "7", "bob"))
                        .at("/memberships_result/0/skipped_ids")
                        .toString())
                .isEqualTo("[\"bob\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'ids':['ann'] | 'ids':[]",
                "'ids':['ann'] | 'ids':[7]",
                "'ids':['ann'] | 'ids':['x']",
                "BY_USER_ID | BY_NAME",
                "ops@example.com | ",
            })
    void aCohortThatAmplitudeWouldNotCreateIsRefused(String right, String wrong) throws Exception {
        call("PUT", "/strangers", "", "['x']");
        post("upload", 400, UPLOAD.replace(right, wrong == null ? "" : wrong));
        assertThat(call("GET", "/cohorts", "", "").body()).isEqualTo("[]");
    }

    @Test
    void withoutBothKeysNothingIsAnswered() throws Exception {
        for (String keys : new String[] {"", "key", "key:", ":secret"}) {
            assertThat(call("GET", "/api/3/cohorts", keys, "").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void moreThanAHundredThousandIdentifiersAreRefused() throws Exception {
        String cohort = create();
        String[] most = Collections.nCopies(100_000, "ann").toArray(String[]::new);
        post("membership", 200, membership(cohort, "ADD", "BY_NAME", most));
        String[] more = Collections.nCopies(100_001, "ann").toArray(String[]::new);
        post("membership", 400, membership(cohort, "ADD", "BY_NAME", more));
    }

    @Test
    void aCohortTakesOneCallAtATimeAndNoneOnceItIsDeleted() throws Exception {
        String cohort = create();
        assertThat(world.enter(cohort)).isTrue();
        post("membership", 429, membership(cohort, "ADD", "BY_NAME", "bob"));
        world.leave(cohort);
        post("membership", 200, membership(cohort, "ADD", "BY_NAME", "bob"));
        assertThat(call("DELETE", "/cohorts/" + cohort, "", "").statusCode()).isEqualTo(204);
        JsonNode refused = post("membership", 400, membership(cohort, "ADD", "BY_NAME", "bob"));
        assertThat(refused.at("/error/message").asText()).isEqualTo("Invalid cohort ID");
    }

    @Test
    void requestsAreRememberedWithoutTheirKeys() throws Exception {
        create();
        JsonNode last =
                JSON.readTree(call("GET", "/requests?last=1", "", "").body()).path(0);
        assertThat(last.path("path").asText()).isEqualTo("/sandbox/amplitude/api/3/cohorts/upload");
        assertThat(last.path("status").asInt()).isEqualTo(200);
        assertThat(last.path("body").path("name").asText()).isEqualTo("VIP");
        assertThat(last.path("authorization").asText()).endsWith("***").doesNotContain("key");
    }
}
