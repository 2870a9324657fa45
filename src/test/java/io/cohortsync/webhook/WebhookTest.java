package io.cohortsync.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class WebhookTest {

    private final SegmentServer server = new SegmentServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    private void people(String... keys) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id\n" + String.join("\n", keys) + "\n");
    }

    private RunningApp app(String options) {
        return RunningApp.start(folder, """
                cohort-sync:
                  sources: { exports: { type: file, directory: $DIR } }
                  targets:
                    hook: { type: webhook, url: "%s/hooks/secret-path?team=growth", %s }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv, cohort-name: Best customers }
                      schedule: manual
                      guard: { max-exits: off }
                      to: [ hook ]
                """.formatted(server.url(), options));
    }

    private static String signature(byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("shh-secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    }

    @Test
    void aCallCarriesTheChangesTheHeadersAndASignatureOfItsVeryBytes(CapturedOutput log) throws Exception {
        people("ann", "bob", "ключ");
        try (RunningApp app = app("secret: shh-secret, headers: { X-Team: growth, Authorization: Bearer t0ken-1 }")) {
            JsonNode run = app.run("vip");
            assertThat(run.path("state").asText()).isEqualTo("succeeded");

            SegmentServer.Request call = server.requests().get(0);
            assertThat(call.method() + " " + call.path()).isEqualTo("POST /hooks/secret-path?team=growth");
            assertThat(call.headers())
                    .containsEntry("Content-Type", "application/json")
                    .containsEntry("X-Team", "growth")
                    .containsEntry("Authorization", "Bearer t0ken-1")
                    .containsEntry("X-Cohort-Sync-Signature", signature(call.bytes()));
            JsonNode body = call.body();
            assertThat(body.fieldNames())
                    .toIterable()
                    .containsExactly("sync", "target", "run", "cohortId", "cohortName", "sentAt", "changes");
            assertThat(body.path("sync").asText()).isEqualTo("vip");
            assertThat(body.path("target").asText()).isEqualTo("hook");
            assertThat(body.path("run").asLong()).isEqualTo(run.path("id").asLong());
            assertThat(body.path("cohortName").asText()).isEqualTo("Best customers");
            assertThat(Instant.parse(body.path("sentAt").asText())).isBeforeOrEqualTo(Instant.now());
            assertThat(body.path("changes"))
                    .extracting(change -> change.path("memberKey").asText() + " " + change.path("enter"))
                    .containsExactlyInAnyOrder("ann true", "bob true", "ключ true");
            assertThat(body.path("changes"))
                    .allSatisfy(change ->
                            assertThat(change.path("messageId").asText()).hasSizeBetween(10, 99));

            server.forgetRequests();
            people("ann", "ключ", "dora");
            assertThat(app.runLink("vip").path("accepted").asInt()).isEqualTo(2);
            assertThat(server.requests().get(0).body().path("changes"))
                    .extracting(change -> change.path("memberKey").asText() + " " + change.path("enter"))
                    .containsExactly("dora true", "bob false");
            for (ObjectName name : ManagementFactory.getPlatformMBeanServer().queryNames(null, null)) {
                assertThat(name.toString()).doesNotContain("secret-path");
            }
            assertThat(ManagementFactory.getPlatformMBeanServer()
                            .queryNames(new ObjectName("org.apache.camel:type=endpoints,*"), null))
                    .anySatisfy(name -> assertThat(name.toString()).contains("\\*\\*\\*"));
            assertThat(app.post("/api/targets/hook/check").path("result").asText())
                    .isEqualTo("cannot be verified");
            assertThat(app.call("POST", "/api/targets/nobody/check").statusCode())
                    .isEqualTo(404);
            assertThat(app.call("GET", "/api/targets").body())
                    .contains("hook")
                    .doesNotContain("shh-secret", "t0ken-1", "secret-path");
        }
        assertThat(log.getAll()).doesNotContain("shh-secret", "t0ken-1", "secret-path");
    }

    @Test
    void withoutASecretThereIsNoSignature() throws IOException {
        people("ann");
        try (RunningApp app = app("enabled: true")) {
            app.run("vip");
            assertThat(server.requests().get(0).headers()).doesNotContainKey("X-Cohort-Sync-Signature");
        }
    }

    @Test
    void anAddressIsNotToldEvenByAnAnswerThatEchoesItsPath() throws IOException {
        people("ann");
        server.behave(request ->
                new SegmentServer.Answer(false, 404, Map.of(), "Cannot POST /hooks/secret-path for t0ken-1", 0));
        try (RunningApp app = app("headers: { Authorization: Bearer t0ken-1 }")) {
            app.run("vip");
            assertThat(app.call("GET", "/api/targets").body())
                    .contains("Cannot POST", "stopped")
                    .doesNotContain("secret-path", "t0ken-1");
            assertThat(app.call("GET", "/api/targets/hook/attempts").body())
                    .contains("misconfigured")
                    .doesNotContain("secret-path", "t0ken-1");
        }
    }

    @Test
    void anAnswerMayNamePeopleItDoesNotKnow() throws IOException {
        people("ann", "bob", "42");
        server.behave(request -> new SegmentServer.Answer(true, 200, Map.of(), "{\"unmatched\":[\"bob\",42]}", 0));
        try (RunningApp app = app("enabled: true")) {
            JsonNode link = app.runLink("vip");
            assertThat(link.path("accepted").asInt()).isEqualTo(1);
            assertThat(link.path("unmatched").asInt()).isEqualTo(2);
            server.behave(request -> new SegmentServer.Answer(true, 204, Map.of(), "", 0));
            people("ann", "bob", "42", "eve");
            JsonNode next = app.runLink("vip");
            assertThat(next.path("settled").asInt()).isEqualTo(2);
            assertThat(next.path("accepted").asInt()).isEqualTo(1);
        }
    }

    @Test
    void anAnswerInNoKnownFormIsNoMoreThanItsStatus() {
        Webhook webhook = new Webhook(null, new com.fasterxml.jackson.databind.ObjectMapper(), null);
        for (String answer :
                List.of("", "OK", "[1]", "null", "{\"unmatched\":\"bob\"}", "{\"unmatched\":{\"a\":[1]}}")) {
            assertThat(webhook.unmatched(answer.getBytes(StandardCharsets.UTF_8)))
                    .as(answer)
                    .isEmpty();
        }
    }
}
