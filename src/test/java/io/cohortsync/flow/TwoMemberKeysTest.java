package io.cohortsync.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.RunningApp;
import io.cohortsync.testing.SegmentServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One sync, one reading, two targets that know people by different keys. */
class TwoMemberKeysTest {

    private final SegmentServer byId = new SegmentServer();
    private final SegmentServer byEmail = new SegmentServer();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        byId.close();
        byEmail.close();
    }

    private void people(String... records) throws IOException {
        Files.writeString(folder.resolve("vip.csv"), "user_id,name,email\n" + String.join("\n", records) + "\n");
    }

    @Test
    void eachTargetKnowsPeopleByItsOwnKeyAndNormalisation() throws IOException {
        people("u1,Ann,Ann@x.com", "u2,Bob,\" bob@X.com \"", "U2,Cleo,", ",Dora,ann@X.COM", "u1,Eve,eve@x.com");
        try (RunningApp app = RunningApp.start(folder, """
                cohort-sync:
                  sources:
                    exports: { type: file, directory: $DIR }
                  targets:
                    web: { type: segment, write-key: wk_test, base-url: %s }
                    mail: { type: segment, write-key: wk_mail, base-url: %s }
                  syncs:
                    vip:
                      from: { source: exports, cohort: vip.csv, member-key: user_id }
                      schedule: manual
                      to:
                        - web
                        - { target: mail, member-key: email, normalize: lower }
                """.formatted(byId.url(), byEmail.url()))) {
            JsonNode run = app.run("vip");
            assertThat(run.path("read").asLong()).isEqualTo(5);
            JsonNode ids = run.path("targets").path(0);
            JsonNode emails = run.path("targets").path(1);
            assertThat(ids.path("target").asText()).isEqualTo("web");
            assertThat(ids.path("anonymous").asLong()).isEqualTo(1);
            assertThat(ids.path("duplicate").asLong()).isEqualTo(1);
            assertThat(emails.path("anonymous").asLong()).isEqualTo(1);
            assertThat(emails.path("duplicate").asLong()).isEqualTo(1);
            assertThat(byId.members("vip")).containsExactly("U2", "u1", "u2");
            assertThat(byEmail.members("vip")).containsExactly("ann@x.com", "bob@x.com", "eve@x.com");

            // Other spellings of the same people, and one of Ann's two spellings has left.
            byId.forgetRequests();
            byEmail.forgetRequests();
            people("u1,Ann,ann@x.com", "u2,Bob,BOB@x.com", "U2,Cleo,", "u1,Eve,Eve@X.com");
            JsonNode again = app.run("vip");
            assertThat(again.path("targets").path(1).path("same").asLong()).isEqualTo(3);
            assertThat(byId.requests()).isEmpty();
            assertThat(byEmail.requests()).isEmpty();

            people("u2,Bob,bob@x.com");
            app.run("vip");
            assertThat(byId.members("vip")).containsExactly("u2");
            assertThat(byEmail.members("vip")).containsExactly("bob@x.com");
        }
    }
}
