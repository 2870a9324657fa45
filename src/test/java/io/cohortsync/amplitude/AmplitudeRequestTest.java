package io.cohortsync.amplitude;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.testing.AmplitudeServer;
import io.cohortsync.testing.SegmentServer.Request;
import io.cohortsync.testing.Trial;
import java.nio.file.Path;
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

/** Every call to Amplitude, to the letter: method, path, headers, body (contracts, sections 3.1, 3.2 and 4). */
class AmplitudeRequestTest {

    @TempDir
    static Path folder;

    private static AmplitudeServer amplitude;
    private static Trial trial;

    @BeforeAll
    static void start() {
        amplitude = new AmplitudeServer();
        trial = new Trial(folder)
                .target("amp", amplitude.target("/a/prefix"))
                .target("other", amplitude.target("", "published: false", "amplitude-id-type: BY_AMP_ID"))
                .target("small", amplitude.target("", "batch-size: 2"))
                .sync("users", "[ { target: amp, cohort-name: \"VIP: {name}\", owner: crm@example.com } ]")
                .sync("amplitude", "[ { target: amp, id-type: amplitude-id } ]")
                .sync("unpublished", "[ { target: other, id-type: amplitude-id } ]")
                .sync("scripts", "[ amp ]")
                .sync("batches", "[ small ]")
                .start();
    }

    @AfterAll
    static void stop() {
        trial.close();
        amplitude.close();
    }

    @BeforeEach
    void forget() {
        amplitude.forgetRequests();
    }

    private static void run(String sync, String... members) {
        trial.cohort(sync, List.of(members));
        assertThat(trial.runLink(sync).path("state").asText()).isEqualTo("succeeded");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "users | {'name':'VIP: users','app_id':123456,'id_type':'BY_USER_ID','ids':['7'],'owner':'crm@example.com','published':true} | BY_NAME",
                "amplitude | {'name':'amplitude','app_id':123456,'id_type':'BY_AMP_ID','ids':['7'],'owner':'ops@example.com','published':true} | BY_ID",
                "unpublished | {'name':'unpublished','app_id':123456,'id_type':'BY_AMP_ID','ids':['7'],'owner':'ops@example.com','published':false} | BY_AMP_ID",
            })
    void aCohortIsListedCreatedAddedToAndRemovedFrom(String sync, String upload, String idType) {
        run(sync, "7");
        String cohort =
                amplitude.named(sync.equals("users") ? "VIP: users" : sync).get(0);
        run(sync, "8");

        String prefix = sync.equals("unpublished") ? "" : "/a/prefix";
        String membership =
                "{'cohort_id':'" + cohort + "','skip_invalid_ids':true,'memberships':[{'ids':['%s'],'id_type':'"
                        + idType + "','operation':'%s'}]}";
        assertThat(amplitude.requests(""))
                .extracting(request -> request.method() + " " + request.path() + " " + new String(request.bytes()))
                .containsExactly(
                        "GET " + prefix + "/api/3/cohorts ",
                        ("POST " + prefix + "/api/3/cohorts/upload " + upload).replace('\'', '"'),
                        ("POST " + prefix + "/api/3/cohorts/membership " + membership.formatted("7", "ADD"))
                                .replace('\'', '"'),
                        ("POST " + prefix + "/api/3/cohorts/membership " + membership.formatted("8", "ADD"))
                                .replace('\'', '"'),
                        ("POST " + prefix + "/api/3/cohorts/membership " + membership.formatted("7", "REMOVE"))
                                .replace('\'', '"'));
        for (Request request : amplitude.requests("")) {
            boolean post = request.method().equals("POST");
            Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            names.addAll(request.headers().keySet());
            names.removeAll(List.of("Content-Length", "Transfer-Encoding", "Content-Type"));
            assertThat(names)
                    .containsExactlyInAnyOrder("Accept-Encoding", "Authorization", "Connection", "Host", "User-Agent");
            // amplitude-api:amplitude-secret
            assertThat(request.headers())
                    .containsEntry("Authorization", "Basic YW1wbGl0dWRlLWFwaTphbXBsaXR1ZGUtc2VjcmV0");
            assertThat(request.headers().get("Content-Type")).isEqualTo(post ? "application/json" : null);
        }
    }

    @Test
    void keysOfAnyScriptArriveAsTheyAreAndInNoAddress() {
        run("scripts", "Zoë", "李雷", "😀", "0042", "a b\\c");

        assertThat(amplitude.members("scripts")).containsExactlyInAnyOrder("Zoë", "李雷", "😀", "0042", "a b\\c");
        assertThat(amplitude.requests("")).extracting(Request::path).noneMatch(path -> path.contains("0042"));
    }

    @Test
    void aBatchHoldsNoMorePeopleThanConfigured() {
        run("batches", "1", "2", "3", "4", "5");

        assertThat(amplitude.requests("/membership"))
                .extracting(request -> request.body().findPath("ids").size())
                .containsExactly(2, 2, 1);
    }
}
