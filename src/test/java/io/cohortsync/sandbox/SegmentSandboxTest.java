package io.cohortsync.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The stand-in for Segment over real HTTP: every rule of contracts.md section 1 and its boundaries. */
@StandInsOverHttp
class SegmentSandboxTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @LocalServerPort
    private int port;

    @BeforeEach
    void forgetEverything() {
        assertThat(send(request("").DELETE()).status()).isEqualTo(204);
    }

    @Nested
    class Calls {

        @Test
        void aBatchOfIdentifiesSetsTraits() {
            Answer answer = post("/v1/batch", """
                    {"sentAt":"2026-11-21T10:00:01.000Z","context":{"integration":{"name":"Cohort Sync"}},
                     "integrations":{"All":true},"batch":[
                      {"type":"identify","messageId":"a","userId":"u1","traits":{"Power users":true}},
                      {"type":"identify","messageId":"b","userId":"u2","traits":{"Power users":false}}]}
                    """);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json()).isEqualTo(json("{\"success\":true}"));
            assertThat(get("/users/u1").json())
                    .isEqualTo(json("{\"userId\":\"u1\",\"traits\":{\"Power users\":true}}"));
            assertThat(get("/users/u2").json())
                    .isEqualTo(json("{\"userId\":\"u2\",\"traits\":{\"Power users\":false}}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"/v1/batch", "/v1/batch/", "/v1/import", "/v1/import/"})
        void bothBatchPathsAreTakenWithAndWithoutTheLastSlash(String path) {
            assertThat(post(path, batch(identify("m", "u1", "{\"t\":true}"))).status())
                    .isEqualTo(200);
            assertThat(traitsOf("u1")).isEqualTo(json("{\"t\":true}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"track", "group", "page", "screen", "alias"})
        void otherSingleCallsAreTakenAndChangeNobody(String call) {
            assertThat(post("/v1/" + call, "{\"userId\":\"u1\",\"traits\":{\"t\":true}}")
                            .status())
                    .isEqualTo(200);
            assertThat(stats().path("applied").asInt()).isEqualTo(1);
            assertThat(get("/users/u1").status()).isEqualTo(404);
        }

        @Test
        void aSingleIdentifySetsTraits() {
            assertThat(post("/v1/identify", "{\"userId\":\"u1\",\"traits\":{\"t\":true}}")
                            .status())
                    .isEqualTo(200);
            assertThat(traitsOf("u1")).isEqualTo(json("{\"t\":true}"));
        }

        @Test
        void identifyMergesTraitsAndTheLastValueWins() {
            post("/v1/batch", batch(identify("1", "u1", "{\"a\":true,\"b\":\"x\"}")));
            post("/v1/batch", batch(identify("2", "u1", "{\"a\":false,\"c\":[1]}")));

            assertThat(traitsOf("u1")).isEqualTo(json("{\"a\":false,\"b\":\"x\",\"c\":[1]}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"GET", "PUT", "PATCH", "DELETE", "OPTIONS"})
        void onlyPostIsTaken(String method) {
            Answer answer = send(authorized("/v1/batch")
                    .method(method, BodyPublishers.ofString(batch(identify("m", "u1", "{\"t\":true}")))));

            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.response().headers().firstValue("Allow")).contains("POST");
            assertThat(get("/users/u1").status()).isEqualTo(404);
            assertThat(stats().at("/refused/method_not_allowed").asInt()).isEqualTo(1);
        }

        @Test
        void anUnknownCallIsNotFound() {
            assertThat(post("/v1/delete", "{}").status()).isEqualTo(404);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "text/plain", "application/x-www-form-urlencoded", "application/ld+json", "json"})
        void anotherContentTypeIsRefusedAndNotApplied(String contentType) {
            HttpRequest.Builder request = request("/v1/batch").header("Authorization", basic("wk_test:"));
            if (!contentType.isEmpty()) {
                request.header("Content-Type", contentType);
            }
            Answer answer = send(request.POST(BodyPublishers.ofString(batch(identify("m", "u1", "{\"t\":true}")))));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").asText()).isEqualTo("content_type_not_json");
            assertThat(get("/users/u1").status()).isEqualTo(404);
        }

        @Test
        void aContentTypeWithParametersIsJson() {
            Answer answer = send(request("/v1/batch")
                    .header("Authorization", basic("wk_test:"))
                    .header("Content-Type", "Application/JSON; charset=utf-8")
                    .POST(BodyPublishers.ofString(batch(identify("m", "u1", "{}")))));

            assertThat(answer.status()).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "{",
                    "[]",
                    "null",
                    "{\"batch\":{}}",
                    "{\"events\":[]}",
                    "{\"batch\":[{\"type\":\"identify\",\"userId\":\"u1\"}",
                    "{\"batch\":[]} {}",
                    "{\"batch\":[NaN]}"
                })
        void brokenJsonIsRefused(String body) {
            Answer answer = post("/v1/batch", body);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").asText()).isEqualTo("invalid_json");
            assertThat(answer.json().path("message").asText()).isNotEmpty();
            assertThat(stats().path("received").asInt()).isZero();
        }

        @Test
        void anotherCharacterSetIsRefused() {
            byte[] utf16 = batch(identify("m", "u1", "{}")).getBytes(StandardCharsets.UTF_16);
            byte[] latin1 = batch(identify("m", "ü", "{}")).getBytes(StandardCharsets.ISO_8859_1);

            assertThat(send(authorized("/v1/batch").POST(BodyPublishers.ofByteArray(utf16)))
                            .status())
                    .isEqualTo(400);
            assertThat(send(authorized("/v1/batch").POST(BodyPublishers.ofByteArray(latin1)))
                            .status())
                    .isEqualTo(400);
        }
    }

    @Nested
    class Limits {

        @Test
        void aSingleCallMayHave32Kilobytes() {
            String call = padded("{\"userId\":\"u1\",\"traits\":{\"t\":true,\"p\":\"%s\"}}", 32 * 1024);

            assertThat(post("/v1/identify", call).status()).isEqualTo(200);
            assertThat(traitsOf("u1").path("t").asBoolean()).isTrue();
        }

        @Test
        void aSingleCallMayNotHaveOneByteMore() {
            String call = padded("{\"userId\":\"u1\",\"traits\":{\"t\":true,\"p\":\"%s\"}}", 32 * 1024 + 1);

            Answer answer = post("/v1/identify", call);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").asText()).isEqualTo("body_too_large");
            assertThat(get("/users/u1").status()).isEqualTo(404);
        }

        @Test
        void anEventOfABatchMayHave32Kilobytes() {
            String event = padded(identify("m", "u1", "{\"t\":true,\"p\":\"%s\"}"), 32 * 1024);

            assertThat(post("/v1/batch", batch(event)).status()).isEqualTo(200);
            assertThat(traitsOf("u1").path("t").asBoolean()).isTrue();
        }

        @Test
        void oneEventWithOneByteMoreRefusesTheWholeBatch() {
            String event = padded(identify("m2", "u2", "{\"t\":true,\"p\":\"%s\"}"), 32 * 1024 + 1);

            Answer answer = post("/v1/batch", batch(identify("m1", "u1", "{\"t\":true}"), event));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").asText()).isEqualTo("event_too_large");
            assertThat(answer.json().path("message").asText()).contains("event 1 has 32769 bytes");
            assertThat(get("/users/u1").status()).isEqualTo(404);
            assertThat(get("/users/u2").status()).isEqualTo(404);
        }

        @Test
        void sizesAreBytesNotCharacters() {
            // 3 bytes each in UTF-8: the characters alone would fit.
            String event = identify("m", "u1", "{\"p\":\"" + "€".repeat(11_000) + "\"}");

            assertThat(post("/v1/batch", batch(event)).status()).isEqualTo(400);
        }

        @Test
        void aBatchMayHave500Kilobytes() {
            String body = batch(identify("m", "u1", "{\"t\":true}"));

            Answer answer = post("/v1/batch", body + " ".repeat(500 * 1024 - body.length()));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(traitsOf("u1").path("t").asBoolean()).isTrue();
            assertThat(lastRequest().path("bodySize").asInt()).isEqualTo(512_000);
        }

        @Test
        void aBatchMayNotHaveOneByteMore() {
            String body = batch(identify("m", "u1", "{\"t\":true}"));

            Answer answer = post("/v1/batch", body + " ".repeat(500 * 1024 + 1 - body.length()));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(get("/users/u1").status()).isEqualTo(404);
            assertThat(stats().at("/refused/body_too_large").asInt()).isEqualTo(1);
        }

        @Test
        void aMuchLargerBodyIsAnsweredToo() {
            assertThat(post("/v1/batch", " ".repeat(8 * 1024 * 1024)).status()).isEqualTo(400);
            assertThat(lastRequest().path("bodySize").asInt()).isEqualTo(8 * 1024 * 1024);
        }

        @Test
        void aBatchMayHave2500Events() {
            Answer answer = post("/v1/batch", numbered(2_500));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(get("/traits/t").json().path("true").asInt()).isEqualTo(2_500);
        }

        @Test
        void oneEventMoreIsAnsweredWith200AndSilentlyRejectedWithAllOthers() {
            Answer answer = post("/v1/batch", numbered(2_501));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json()).isEqualTo(json("{\"success\":true}"));
            assertThat(get("/traits/t").json().path("true").asInt()).isZero();
            assertThat(stats().path("oversized").asInt()).isEqualTo(2_501);
            assertThat(stats().path("applied").asInt()).isZero();
        }

        private String numbered(int events) {
            return batch(IntStream.range(0, events)
                    .mapToObj(i -> identify("m" + i, "u" + i, "{\"t\":true}"))
                    .toArray(String[]::new));
        }

        private String padded(String template, int size) {
            return template.replace("%s", "x".repeat(size - (template.length() - 2)));
        }
    }

    @Nested
    class Authentication {

        @Test
        void basicWithTheKeyAsUserAndNoPassword() {
            assertThat(identifyWith(Optional.of(basic("wk_test:")), "")).isEqualTo(200);
            assertThat(identifyWith(Optional.of(basic("wk_test:").replace("Basic", "basic")), ""))
                    .isEqualTo(200);
        }

        @Test
        void theKeyInTheBody() {
            assertThat(identifyWith(Optional.empty(), ",\"writeKey\":\"wk_test\""))
                    .isEqualTo(200);
            assertThat(send(request("/v1/identify")
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString("{\"userId\":\"u1\",\"writeKey\":\"wk_test\"}")))
                            .status())
                    .isEqualTo(200);
        }

        @Test
        void bothAsSegmentsOwnClientsDo() {
            assertThat(identifyWith(Optional.of(basic("wk_test:")), ",\"writeKey\":\"wk_test\""))
                    .isEqualTo(200);
        }

        @Test
        void bearerOnlyBesideAKeyInTheBody() {
            assertThat(identifyWith(Optional.of("Bearer token"), ",\"writeKey\":\"wk_test\""))
                    .isEqualTo(200);
            assertThat(identifyWith(Optional.of("Bearer token"), "")).isEqualTo(401);
        }

        @Test
        void noneIsUnauthorizedAndNotApplied() {
            assertThat(identifyWith(Optional.empty(), "")).isEqualTo(401);
            assertThat(identifyWith(Optional.empty(), ",\"writeKey\":\" \"")).isEqualTo(401);
            assertThat(get("/users/u1").status()).isEqualTo(404);
            assertThat(stats().at("/refused/unauthorized").asInt()).isEqualTo(2);
        }

        @Test
        void wrongBasicIsUnauthorizedEvenBesideAKeyInTheBody() {
            for (String credentials : List.of("wk_test", "wk_test:secret", ":", ":secret", "")) {
                assertThat(identifyWith(Optional.of(basic(credentials)), ",\"writeKey\":\"wk_test\""))
                        .as(credentials)
                        .isEqualTo(401);
            }
            assertThat(identifyWith(Optional.of("Basic §§"), "")).isEqualTo(401);
        }

        private int identifyWith(Optional<String> authorization, String moreInBody) {
            HttpRequest.Builder request = request("/v1/batch").header("Content-Type", "application/json");
            authorization.ifPresent(value -> request.header("Authorization", value));
            return send(request.POST(BodyPublishers.ofString(
                            "{\"batch\":[" + identify("m", "u1", "{\"t\":true}") + "]" + moreInBody + "}")))
                    .status();
        }
    }

    @Nested
    class Events {

        @Test
        void withoutAPersonTheyAreDroppedWith200() {
            Answer answer = post(
                    "/v1/batch",
                    batch(
                            "{\"type\":\"identify\",\"traits\":{\"t\":true}}",
                            "{\"type\":\"identify\",\"userId\":\"\",\"traits\":{\"t\":true}}",
                            "{\"type\":\"identify\",\"userId\":null,\"traits\":{\"t\":true}}",
                            "{\"type\":\"identify\",\"userId\":42,\"traits\":{\"t\":true}}",
                            "{\"type\":\"identify\",\"anonymousId\":\"a\",\"traits\":{\"t\":true}}"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(stats().path("dropped").asInt()).isEqualTo(4);
            assertThat(stats().at("/dropReasons/no_user_anon_id").asInt()).isEqualTo(4);
            assertThat(stats().path("applied").asInt()).isEqualTo(1);
            assertThat(stats().path("users").asInt()).isZero();
        }

        @Test
        void ofNoKnownTypeAreDroppedWith200() {
            Answer answer = post(
                    "/v1/batch", batch("{\"userId\":\"u1\"}", "{\"userId\":\"u1\",\"type\":\"Identify\"}", "7", "[]"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(stats().at("/dropReasons/no_known_type").asInt()).isEqualTo(4);
        }

        @Test
        void aMessageIdHasFewerThan100Characters() {
            Answer answer = post(
                    "/v1/batch",
                    batch(identify("x".repeat(99), "u1", "{\"t\":true}"), identify("x".repeat(100), "u2", "{}")));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(traitsOf("u1")).isEqualTo(json("{\"t\":true}"));
            assertThat(get("/users/u2").status()).isEqualTo(404);
            assertThat(stats().at("/dropReasons/message_id_too_long").asInt()).isEqualTo(1);
        }

        @Test
        void aRepeatedMessageIdIsDroppedWithinACallAndAcrossCalls() {
            post("/v1/batch", batch(identify("1", "u1", "{\"t\":true}"), identify("1", "u1", "{\"t\":false}")));
            assertThat(post("/v1/batch", batch(identify("1", "u1", "{\"t\":false}")))
                            .status())
                    .isEqualTo(200);

            assertThat(traitsOf("u1")).isEqualTo(json("{\"t\":true}"));
            assertThat(stats().path("duplicates").asInt()).isEqualTo(2);
        }

        @Test
        void aRefusedCallDoesNotUseUpItsMessageIds() {
            String body = batch(identify("1", "u1", "{\"t\":true}"));
            send(request("/v1/batch").header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
            post("/v1/batch", body);

            assertThat(traitsOf("u1")).isEqualTo(json("{\"t\":true}"));
            assertThat(stats().path("duplicates").asInt()).isZero();
        }

        @Test
        void withoutMessageIdAreNeverDuplicates() {
            String event = "{\"type\":\"identify\",\"userId\":\"u1\",\"traits\":{\"t\":true}}";
            post("/v1/batch", batch(event, event));

            assertThat(stats().path("applied").asInt()).isEqualTo(2);
        }

        @Test
        void takeContextAndIntegrationsOfTheirBatchWhereTheySayNothingElse() {
            post("/v1/batch", """
                    {"batch":[{"type":"track","userId":"u1","event":"E","context":{"ip":"::1","app":"own"}},
                              {"type":"track","userId":"u2","event":"E","integrations":{"All":false}}],
                     "context":{"app":"batch","integration":{"name":"Cohort Sync","version":"1.0.0"}},
                     "integrations":{"All":true,"Amplitude":true},"writeKey":"wk_test"}
                    """);

            assertThat(lastRequest("&bodies=true").path("events")).isEqualTo(json("""
                                    [{"type":"track","userId":"u1","event":"E",
                                      "context":{"app":"own","integration":{"name":"Cohort Sync","version":"1.0.0"},
                                                 "ip":"::1"},
                                      "integrations":{"All":true,"Amplitude":true}},
                                     {"type":"track","userId":"u2","event":"E",
                                      "context":{"app":"batch","integration":{"name":"Cohort Sync","version":"1.0.0"}},
                                      "integrations":{"All":false,"Amplitude":true}}]
                                    """));
        }

        @Test
        void addUp() {
            post("/v1/batch", batch(identify("1", "u1", "{}"), identify("1", "u1", "{}"), "{}"));
            post("/v1/identify", "{\"userId\":\"u1\"}");

            JsonNode stats = stats();
            assertThat(stats.path("requests").asInt()).isEqualTo(2);
            assertThat(stats.path("received").asInt()).isEqualTo(4);
            assertThat(stats.path("applied").asInt()
                            + stats.path("duplicates").asInt()
                            + stats.path("dropped").asInt()
                            + stats.path("oversized").asInt())
                    .isEqualTo(4);
        }
    }

    @Nested
    class Gzip {

        @Test
        void isUnpacked() {
            Answer answer = sendEncoded("gzip", gzip(batch(identify("m", "u1", "{\"t\":true}"))));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(traitsOf("u1")).isEqualTo(json("{\"t\":true}"));
            assertThat(lastRequest().path("contentEncoding").asText()).isEqualTo("gzip");
        }

        @Test
        void doesNotHideABodyThatIsTooLarge() {
            Answer answer = sendEncoded("gzip", gzip(" ".repeat(500 * 1024 + 1)));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").asText()).isEqualTo("body_too_large");
            assertThat(lastRequest().path("bodySize").asInt()).isEqualTo(500 * 1024 + 1);
        }

        @Test
        void thatIsBrokenOrCutOffIsRefused() {
            byte[] whole = gzip(batch(identify("m", "u1", "{\"t\":true}")));

            assertThat(sendEncoded("gzip", "{}".getBytes(UTF_8)).status()).isEqualTo(400);
            assertThat(sendEncoded("gzip", Arrays.copyOf(whole, whole.length / 2))
                            .status())
                    .isEqualTo(400);
            assertThat(sendEncoded("br", whole).status()).isEqualTo(400);
            assertThat(stats().at("/refused/body_unreadable").asInt()).isEqualTo(3);
        }

        private Answer sendEncoded(String encoding, byte[] body) {
            return send(authorized("/v1/batch")
                    .header("Content-Encoding", encoding)
                    .POST(BodyPublishers.ofByteArray(body)));
        }
    }

    @Nested
    class Inspection {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "plain",
                    "ada@example.com",
                    "a+b",
                    "a b",
                    "a;b=c",
                    "a?b#c",
                    "100%",
                    "%2F",
                    "comma,\"quote\"",
                    "line\nbreak",
                    "tab\there",
                    "Zoë Łukasz",
                    "😀🧑‍🚀",
                    "users/traits",
                    "back\\slash",
                    ".",
                    "..",
                    " "
                })
        void everyUserIdCanBeAskedForAsParameter(String userId) {
            post("/v1/batch", batch(identify("m", userId, "{\"t\":true}")));

            JsonNode user =
                    get("/users?userId=" + URLEncoder.encode(userId, UTF_8)).json();
            assertThat(user.path("userId").asText()).isEqualTo(userId);
            assertThat(user.path("traits")).isEqualTo(json("{\"t\":true}"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "plain",
                    "ada@example.com",
                    "a+b",
                    "a b",
                    "a;b=c",
                    "a?b#c",
                    "100%",
                    "%2F",
                    "comma,\"quote\"",
                    "line\nbreak",
                    "tab\there",
                    "Zoë Łukasz",
                    "😀🧑‍🚀"
                })
        void almostEveryUserIdCanBeAskedForInThePath(String userId) {
            post("/v1/batch", batch(identify("m", userId, "{\"t\":true}")));

            Answer answer = get("/users/" + URLEncoder.encode(userId, UTF_8).replace("+", "%20"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().path("userId").asText()).isEqualTo(userId);
        }

        @Test
        void anUnencodedSlashOrPlusInThePathBelongsToTheUserId() {
            post("/v1/batch", batch(identify("1", "a/b+c", "{\"t\":true}")));

            assertThat(get("/users/a/b+c").json().path("userId").asText()).isEqualTo("a/b+c");
        }

        @Test
        void anUnknownUserIsAProblem() {
            for (String path : List.of("/users/nobody", "/users?userId=nobody", "/users/", "/users")) {
                Answer answer = get(path);
                assertThat(answer.status()).as(path).isEqualTo(404);
                assertThat(answer.response().headers().firstValue("Content-Type"))
                        .as(path)
                        .contains("application/problem+json");
            }
        }

        @Test
        void traitsAreCountedAndTheirMembersListed() {
            post(
                    "/v1/batch",
                    batch(
                            identify("1", "u2", "{\"[Amplitude] Power users (c0ffee1)\":true}"),
                            identify("2", "u1", "{\"[Amplitude] Power users (c0ffee1)\":true}"),
                            identify("3", "u3", "{\"[Amplitude] Power users (c0ffee1)\":false}"),
                            identify("4", "u4", "{\"[Amplitude] Power users (c0ffee1)\":\"true\"}"),
                            identify("5", "u5", "{\"other\":true}")));
            String name = "[Amplitude] Power users (c0ffee1)";
            String encoded = URLEncoder.encode(name, UTF_8);

            JsonNode counts = get("/traits/" + encoded.replace("+", "%20")).json();
            assertThat(counts.path("trait").asText()).isEqualTo(name);
            assertThat(counts.path("true").asInt()).isEqualTo(2);
            assertThat(counts.path("false").asInt()).isEqualTo(1);
            assertThat(counts.has("members")).isFalse();
            assertThat(get("/traits?trait=" + encoded + "&members=true").json().path("members"))
                    .isEqualTo(json("[\"u1\",\"u2\"]"));
            assertThat(get("/traits/unknown?members=true").json())
                    .isEqualTo(json("{\"trait\":\"unknown\",\"true\":0,\"false\":0,\"members\":[]}"));
        }

        @Test
        void requestsAreShownAsTheyCameWithTheKeyMasked() {
            post("/v1/batch", batch(identify("m", "u1", "{\"t\":true}")));

            JsonNode request = lastRequest();
            assertThat(request.path("method").asText()).isEqualTo("POST");
            assertThat(request.path("path").asText()).isEqualTo("/sandbox/segment/v1/batch");
            assertThat(request.path("contentType").asText()).isEqualTo("application/json");
            assertThat(request.path("authorization").asText()).isEqualTo("Basic d2tf***");
            assertThat(request.path("bodySize").asInt())
                    .isEqualTo(batch(identify("m", "u1", "{\"t\":true}")).length());
            assertThat(request.path("eventCount").asInt()).isEqualTo(1);
            assertThat(request.path("status").asInt()).isEqualTo(200);
            assertThat(request.path("at").asText()).endsWith("Z");
            assertThat(request.has("events")).isFalse();
            assertThat(request.has("contentEncoding")).isFalse();
            assertThat(lastRequest("&bodies=true").path("events"))
                    .isEqualTo(json("[" + identify("m", "u1", "{\"t\":true}") + "]"));
        }

        @Test
        void theWriteKeyOfASingleCallIsNotShown() {
            post("/v1/identify", "{\"userId\":\"u1\",\"writeKey\":\"wk_test\"}");

            assertThat(get("/requests?last=1&bodies=true").response().body()).doesNotContain("wk_test");
        }

        @Test
        void theLastRequestsAreShownOldestFirst() {
            for (int i = 0; i < 3; i++) {
                post("/v1/identify", "{\"userId\":\"u" + i + "\"}");
            }
            post("/v1/identify", "{");

            JsonNode requests = get("/requests?last=2&bodies=true").json();
            assertThat(requests).hasSize(2);
            assertThat(requests.at("/0/events/0/userId").asText()).isEqualTo("u2");
            assertThat(requests.at("/1/status").asInt()).isEqualTo(400);
            assertThat(requests.get(1).has("events")).isFalse();
        }

        @ParameterizedTest
        @ValueSource(strings = {"0", "-1", "1001", "many"})
        void anotherNumberOfRequestsIsRefused(String last) {
            assertThat(get("/requests?last=" + last).status()).isEqualTo(400);
        }

        @Test
        void everythingCanBeForgotten() {
            post("/v1/batch", batch(identify("m", "u1", "{\"t\":true}")));
            forgetEverything();

            assertThat(get("/users/u1").status()).isEqualTo(404);
            assertThat(get("/requests?last=1000").json()).isEmpty();
            assertThat(stats().path("requests").asInt()).isZero();
            post("/v1/batch", batch(identify("m", "u1", "{\"t\":true}")));
            assertThat(traitsOf("u1")).isEqualTo(json("{\"t\":true}"));
        }

        @Test
        void manyClientsAtOnceLoseNothing() {
            List<CompletableFuture<Integer>> answers = IntStream.range(0, 40)
                    .mapToObj(i -> CLIENT.sendAsync(
                                    authorized("/v1/batch")
                                            .POST(BodyPublishers.ofString(batch(IntStream.range(0, 250)
                                                    .mapToObj(n ->
                                                            identify(i + "-" + n, "u" + i + "-" + n, "{\"t\":true}"))
                                                    .toArray(String[]::new))))
                                            .build(),
                                    BodyHandlers.discarding())
                            .thenApply(HttpResponse::statusCode))
                    .toList();

            assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(200);
            assertThat(stats().path("applied").asInt()).isEqualTo(10_000);
            assertThat(get("/traits/t").json().path("true").asInt()).isEqualTo(10_000);
        }
    }

    private record Answer(int status, HttpResponse<String> response) {

        JsonNode json() {
            return SegmentSandboxTest.json(response.body());
        }
    }

    private Answer post(String path, String body) {
        return send(authorized(path).POST(BodyPublishers.ofString(body)));
    }

    private Answer get(String path) {
        return send(request(path).GET());
    }

    private JsonNode traitsOf(String userId) {
        return get("/users/" + userId).json().path("traits");
    }

    private JsonNode stats() {
        return get("/stats").json();
    }

    private JsonNode lastRequest() {
        return lastRequest("");
    }

    private JsonNode lastRequest(String more) {
        return get("/requests?last=1" + more).json().path(0);
    }

    private HttpRequest.Builder authorized(String path) {
        return request(path).header("Authorization", basic("wk_test:")).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/sandbox/segment" + path));
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    }

    private static String batch(String... events) {
        return List.of(events).stream().collect(Collectors.joining(",", "{\"batch\":[", "]}"));
    }

    private static String identify(String messageId, String userId, String traits) {
        return "{\"type\":\"identify\",\"messageId\":" + quoted(messageId) + ",\"userId\":" + quoted(userId)
                + ",\"traits\":" + traits + "}";
    }

    private static String quoted(String text) {
        return JSON.getNodeFactory().textNode(text).toString();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(UTF_8));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
        return packed.toByteArray();
    }
}
