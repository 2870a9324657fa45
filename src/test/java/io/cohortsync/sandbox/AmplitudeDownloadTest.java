package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The stand-in for Amplitude as a source, over real HTTP: contracts.md section 3. */
@StandInsOverHttp
class AmplitudeDownloadTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEYS = "Basic " + Base64.getEncoder().encodeToString("key:secret".getBytes());
    private static final String CALLS = "/api/5/cohorts/";

    /** Ann has two Amplitude ids, and somebody has no user id. */
    private static final String TRIAL = "{'name':'Trial','members':["
            + "{'amplitude_id':'3000000001','user_id':'ann','properties':{'email':'ann@example.com','plan':'a,b'}},"
            + "{'amplitude_id':'3000000002','user_id':'ann'},{'amplitude_id':'3000000003'},'bob']}";

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @BeforeEach
    void forget() throws Exception {
        call("DELETE", "", "");
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + "/sandbox/amplitude" + path);
    }

    private HttpResponse<String> call(String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(at(path))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                BodyHandlers.ofString());
    }

    private JsonNode control(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = call(method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private void behave(String choice) throws Exception {
        control("PUT", "/behaviour", choice);
    }

    private HttpResponse<byte[]> get(URI uri, boolean withKeys) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (withKeys) {
            request.header("Authorization", KEYS);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return get(at(path), true);
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private JsonNode listed(String cohort) throws Exception {
        for (JsonNode listed : JSON.readTree(get("/api/3/cohorts").body()).path("cohorts")) {
            if (listed.path("id").asText().equals(cohort)) {
                return listed;
            }
        }
        return JSON.missingNode();
    }

    private String request(String cohortAndQuery) throws Exception {
        HttpResponse<byte[]> answer = get(CALLS + "request/" + cohortAndQuery);
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(202);
        return JSON.readTree(answer.body()).path("request_id").asText();
    }

    private HttpResponse<byte[]> download(String cohortAndQuery) throws Exception {
        String id = request(cohortAndQuery);
        while (get(CALLS + "request-status/" + id).statusCode() == 202) {
            Thread.onSpinWait();
        }
        return get(CALLS + "request/" + id + "/file");
    }

    private static String unzipped(byte[] file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void defineLarge(String id) throws Exception {
        List<String> members =
                IntStream.range(0, 150).mapToObj(n -> "'user" + n + "'").toList();
        control("PUT", "/cohorts/" + id, "{'members':[" + String.join(",", members) + "]}");
    }

    @Test
    void aDownloadIsAskedForWaitedForAndFetched() throws Exception {
        control("PUT", "/cohorts/trial", TRIAL);
        behave("{'polls':2}");
        String id = request("trial");
        for (String state : List.of("202 JOB INPROGRESS", "202 JOB INPROGRESS", "200 JOB COMPLETED")) {
            HttpResponse<byte[]> answer = get(CALLS + "request-status/" + id);
            JsonNode said = JSON.readTree(answer.body());
            assertThat(answer.statusCode() + " " + said.path("async_status").asText())
                    .isEqualTo(state);
            assertThat(said.path("request_id").asText()).isEqualTo(id);
            assertThat(said.path("cohort_id").asText()).isEqualTo("trial");
        }
        HttpResponse<byte[]> file = get(CALLS + "request/" + id + "/file");
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(unzipped(file.body()))
                .startsWith("\"amplitude_id\",\"user_id\"\n\"3000000001\",\"ann\"\n\"3000000002\",\"ann\"\n"
                        + "\"3000000003\",\"\"\n")
                .endsWith(",\"bob\"\n");
        JsonNode stats = control("GET", "/stats", "").path("downloads");
        assertThat(stats.toString()).isEqualTo("{\"requested\":1,\"polled\":3,\"delivered\":1,\"thisMonth\":1}");
    }

    @ParameterizedTest
    @CsvSource({
        "props=1, 'email,plan', 'ann@example.com,a,\"\"b'",
        "props=1&propKeys=plan&propKeys=none, 'plan,none', 'a,\"\"b,'",
        "propKeys=plan, '', ''"
    })
    void propertiesAreColumnsWhenAskedFor(String query, String columns, String ofAnn) throws Exception {
        control("PUT", "/cohorts/trial", TRIAL);
        String[] lines = unzipped(download("trial?" + query).body()).split("\n");
        assertThat(lines[0].replace("\"", ""))
                .isEqualTo("amplitude_id,user_id" + (columns.isEmpty() ? "" : ",") + columns);
        assertThat(lines[1].replace("\"", ""))
                .isEqualTo("3000000001,ann" + (ofAnn.isEmpty() ? "" : ",") + ofAnn.replace("\"", ""));
    }

    @Test
    void aLargeCohortIsBehindALinkThatTakesNoKeysAndExpires() throws Exception {
        defineLarge("large");
        HttpResponse<byte[]> redirect = download("large");
        assertThat(redirect.statusCode()).isEqualTo(302);
        URI link = URI.create(redirect.headers().firstValue("Location").orElseThrow());
        assertThat(link.getPath()).startsWith("/sandbox/amplitude/files/");
        assertThat(link.getQuery()).contains("X-Amz-Signature=").contains("X-Amz-Expires=60");

        HttpResponse<byte[]> twice = get(link, true);
        assertThat(twice.statusCode()).isEqualTo(400);
        assertThat(text(twice)).contains("InvalidArgument").contains("Only one auth mechanism allowed");
        assertThat(unzipped(get(link, false).body())).hasLineCount(151);

        HttpResponse<byte[]> forged = get(URI.create(link.toString().replace("Expires=60", "Expires=99")), false);
        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(text(forged)).contains("SignatureDoesNotMatch");

        behave("{'linkSeconds':0}");
        URI late = URI.create(download("large").headers().firstValue("Location").orElseThrow());
        HttpResponse<byte[]> expired = get(late, false);
        assertThat(expired.statusCode()).isEqualTo(403);
        assertThat(text(expired)).contains("<Code>AccessDenied</Code>").contains("Request has expired");
        assertThat(call("GET", "/requests", "").body())
                .contains("/files/rq_1.csv.gz")
                .doesNotContain("X-Amz");
    }

    @Test
    void filesMayBeTruncatedNotSayTheyArePackedAndAlwaysBeInPlace() throws Exception {
        defineLarge("large");
        behave("{'inPlaceBelow':1000,'contentEncoding':false}");
        HttpResponse<byte[]> plain = download("large");
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(unzipped(plain.body())).hasLineCount(151);
        behave("{'inPlaceBelow':1000,'truncated':true}");
        byte[] half = download("large").body();
        assertThatThrownBy(() -> unzipped(half)).isInstanceOf(EOFException.class);
    }

    @Test
    void aLinkMayFailAsAnyCallMay() throws Exception {
        defineLarge("large");
        assertThat(call("POST", "/faults", "{'path':'/files/','status':503,'times':1}")
                        .statusCode())
                .isEqualTo(201);
        URI link = URI.create(download("large").headers().firstValue("Location").orElseThrow());
        assertThat(get(link, false).statusCode()).isEqualTo(503);
        assertThat(get(link, false).statusCode()).isEqualTo(200);
    }

    @Test
    void aCohortOfGroupsHasTabs() throws Exception {
        control("PUT", "/cohorts/firms", "{'group':true,'members':['acme']}");
        assertThat(unzipped(download("firms").body())).isEqualTo("\"\tgroup_value\"\n\"\tacme\"\n");
    }

    @Test
    void theListSaysAllThatIsKnownOfACohort() throws Exception {
        control("PUT", "/cohorts/trial", TRIAL);
        JsonNode trial = listed("trial");
        assertThat(trial.fieldNames())
                .toIterable()
                .contains("appId", "published", "description", "definition", "owners", "viewers", "lastMod", "hidden");
        assertThat(trial.path("size").asInt()).isEqualTo(4);
        assertThat(trial.path("type").asText()).isEqualTo("redshift");

        control("PATCH", "/cohorts/trial", "{'members':['bob']}");
        assertThat(listed("trial").path("lastComputed").asLong())
                .isEqualTo(trial.path("lastComputed").asLong());
        control("POST", "/cohorts/trial/compute", "");
        assertThat(listed("trial").path("lastComputed").asLong())
                .isGreaterThan(trial.path("lastComputed").asLong());
        behave("{'sizeOff':2}");
        assertThat(listed("trial").path("size").asInt()).isEqualTo(3);

        control("PATCH", "/cohorts/trial", "{'archived':true,'finished':false}");
        JsonNode unfinished = listed("trial");
        assertThat(unfinished.path("archived").asBoolean()).isTrue();
        assertThat(unfinished.has("size") || unfinished.has("lastComputed")).isFalse();
        assertThat(get(CALLS + "request/trial").statusCode()).isEqualTo(400);

        control("PATCH", "/cohorts/trial", "{'published':false}");
        assertThat(listed("trial").isMissingNode()).isTrue();
        assertThat(call("DELETE", "/cohorts/trial", "").statusCode()).isEqualTo(204);
        assertThat(get(CALLS + "request/trial").statusCode()).isEqualTo(404);
        assertThat(get(CALLS + "request-status/rq_99").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'monthly':1} | limit of 1 cohort downloads per month",
                "{'per10Minutes':1} | limit of 1 cohort requests per 10 minutes",
                "{'parallel':1} | limit of 1 parallel cohort requests per minute"
            })
    void aLimitThatIsMetIsNamed(String limit, String words) throws Exception {
        control("PUT", "/cohorts/trial", TRIAL);
        behave(limit);
        String first = request("trial");
        HttpResponse<byte[]> refused = get(CALLS + "request/trial");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(text(refused)).contains(words);
        assertThat(get(CALLS + "request-status/" + first).statusCode()).isEqualTo(202);
    }

    @Test
    void askingForTheStateMayCountToo() throws Exception {
        control("PUT", "/cohorts/trial", TRIAL);
        behave("{'per10Minutes':2,'pollsCount':true}");
        String id = request("trial");
        assertThat(get(CALLS + "request-status/" + id).statusCode()).isEqualTo(202);
        assertThat(get(CALLS + "request-status/" + id).statusCode()).isEqualTo(429);
    }

    @Test
    void whatWasUploadedCanBeDownloaded() throws Exception {
        HttpRequest upload = HttpRequest.newBuilder(at("/api/3/cohorts/upload"))
                .header("Authorization", KEYS)
                .POST(BodyPublishers.ofString(("{'name':'VIP','app_id':1,'id_type':'BY_USER_ID','ids':['ann'],"
                                + "'owner':'ops@example.com','published':true}")
                        .replace('\'', '"')))
                .build();
        String cohort = JSON.readTree(http.send(upload, BodyHandlers.ofString()).body())
                .path("cohortId")
                .asText();
        assertThat(unzipped(download(cohort).body())).matches("\"amplitude_id\",\"user_id\"\n\"\\d{10,}\",\"ann\"\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/cohorts/x | {'membres':[]} | membres is unknown here",
                "/cohorts/x | {'members':[{}]} | a member has a user_id",
                "/cohorts/x | {'members':[{'amplitude_id':'a'}]} | amplitude_id is a number",
                "/behaviour | {'pols':1} | pols is unknown here"
            })
    void aTypoIsToldOf(String path, String wrong, String words) throws Exception {
        HttpResponse<String> refused = call("PUT", path, wrong);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains(words);
        assertThat(call("GET", "/cohorts", "").body()).isEqualTo("[]");
    }
}
