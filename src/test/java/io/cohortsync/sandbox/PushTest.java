package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Vendors that push, over real HTTP to a receiver: contracts.md 5.1, 5.3, 6.2 and 7.1. */
@StandInsOverHttp
class PushTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Got> got = new ArrayList<>();
    private HttpServer receiver;

    @LocalServerPort
    private int port;

    private record Got(Map<String, String> headers, String body) {

        JsonNode json() throws Exception {
            return JSON.readTree(body);
        }
    }

    @BeforeEach
    void receive() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/hooks/engage", exchange -> {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
            got.add(new Got(headers, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            byte[] answer = "taken".getBytes();
            exchange.sendResponseHeaders(got.size() == 1 ? 200 : 503, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    private HttpResponse<String> ask(String push) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/sandbox/push"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(push.replace('\'', '"')))
                        .build(),
                BodyHandlers.ofString());
    }

    private JsonNode push(String vendor, String more) throws Exception {
        HttpResponse<String> answer = ask("{'vendor':'" + vendor + "','url':'http://127.0.0.1:"
                + receiver.getAddress().getPort() + "/hooks/engage','cohort':'vip_users'," + more + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    @Test
    void segmentIdentifiesOneByOneAndSignsEachBody() throws Exception {
        JsonNode answers = push(
                "segment",
                "'secret':'abc123','enters':[{'id':'ann','properties':{'email':'ann@example.com'}}],'exits':['bob'],"
                        + "'externalId':'c0ffee1','at':'2026-11-21T10:00:00Z'");
        assertThat(answers.path(0).path("status").asInt()).isEqualTo(200);
        assertThat(answers.path(0).path("body").asText()).isEqualTo("taken");
        assertThat(answers.path(1).path("status").asInt()).isEqualTo(503);
        JsonNode ann = got.get(0).json();
        assertThat(ann.path("type").asText()).isEqualTo("identify");
        assertThat(ann.path("userId").asText()).isEqualTo("ann");
        assertThat(ann.path("timestamp").asText()).isEqualTo("2026-11-21T10:00:00.000Z");
        assertThat(ann.path("traits").toString()).isEqualTo("{\"vip_users\":true,\"email\":\"ann@example.com\"}");
        assertThat(ann.at("/context/personas/computation_key").asText()).isEqualTo("vip_users");
        assertThat(ann.at("/context/personas/external_audience_id").asText()).isEqualTo("c0ffee1");
        assertThat(got.get(1).json().at("/traits/vip_users")).hasToString("false");
        for (Got request : got) {
            assertThat(request.headers().get("X-Signature"))
                    .isEqualTo(SegmentAudiencePayloads.signature("abc123", request.body()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "{\"cool\":true}, 5099cab379b3be52908387457007040cc934ef86",
        "{\"cool\":false}, c702b94a2569dd8d2f7185ce0ae951021bef4706"
    })
    void aSignatureIsAsWorkedOutInTheContract(String body, String signature) {
        assertThat(SegmentAudiencePayloads.signature("abc123", body)).isEqualTo(signature);
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "whole"})
    void segmentTracksInArraysAndSignsTheFirstOrTheWhole(String signs) throws Exception {
        push(
                "segment",
                "'secret':'abc123','form':'track','batch':'array','signs':'" + signs
                        + "','enters':['ann','cid'],'exits':['bob']");
        assertThat(got).hasSize(1);
        JsonNode events = got.get(0).json();
        assertThat(events).hasSize(3);
        assertThat(events.path(2).path("event").asText()).isEqualTo("Audience Exited");
        assertThat(events.path(2).at("/properties/vip_users")).hasToString("false");
        String signed =
                signs.equals("first") ? events.path(0).toString() : got.get(0).body();
        assertThat(got.get(0).headers().get("X-Signature"))
                .isEqualTo(SegmentAudiencePayloads.signature("abc123", signed));
    }

    @Test
    void mixpanelSendsTheWholeListInPagesOfOneSession() throws Exception {
        push(
                "mixpanel",
                "'name':'VIP','action':'members','pageSize':2,'username':'u','password':'p',"
                        + "'enters':[{'id':'d-1','properties':{'email':'ann@example.com'}},'d-2','d-3']");
        assertThat(got).hasSize(2);
        JsonNode first = got.get(0).json();
        JsonNode last = got.get(1).json();
        assertThat(first.path("action").asText()).isEqualTo("members");
        assertThat(first.at("/parameters/members/0").toString())
                .isEqualTo("{\"mixpanel_distinct_id\":\"d-1\",\"email\":\"ann@example.com\"}");
        assertThat(last.at("/parameters/page_info").toString()).isEqualTo("{\"total_pages\":2,\"page_count\":2}");
        assertThat(last.at("/parameters/mixpanel_session_id")).isEqualTo(first.at("/parameters/mixpanel_session_id"));
        assertThat(last.at("/parameters/mixpanel_cohort_name").asText()).isEqualTo("VIP");
        assertThat(got.get(0).headers()).containsEntry("Authorization", "Basic dTpw");
    }

    @Test
    void mixpanelsListMayStayIncompleteBeEmptyOrBeChanges() throws Exception {
        push(
                "mixpanel",
                "'action':'members','pageSize':1,'pages':[2],'session':'s-1','project':'9','enters':['d-1','d-2']");
        assertThat(got).hasSize(1);
        assertThat(got.get(0).json().at("/parameters/mixpanel_session_id").asText())
                .isEqualTo("s-1");
        assertThat(got.get(0).json().at("/parameters/mixpanel_project_id").asText())
                .isEqualTo("9");
        push("mixpanel", "'action':'members'");
        assertThat(got.get(1).json().at("/parameters/members")).isEmpty();
        push("mixpanel", "'enters':['d-1'],'exits':['d-2']");
        assertThat(got.get(2).json().path("action").asText()).isEqualTo("add_members");
        assertThat(got.get(3).json().path("action").asText()).isEqualTo("remove_members");
    }

    @Test
    void amplitudeSendsAddsAndRemovesApartAndAgainUnchanged() throws Exception {
        push(
                "amplitude",
                "'token':'t','repeat':2,'at':'2026-11-21T10:00:00Z','enters':[{'id':'u1','properties':{'plan':'a'}}],"
                        + "'exits':['u2']");
        assertThat(got).hasSize(4);
        assertThat(got.get(1).body()).isEqualTo(got.get(0).body());
        assertThat(got.get(0).headers())
                .containsEntry("User-Agent", "Amplitude/Webhook/1.0")
                .containsEntry("X-Webhook-Token", "t");
        JsonNode enter = got.get(0).json();
        assertThat(enter.path("users").toString())
                .isEqualTo("[{\"user_id\":\"u1\",\"user_properties\":{\"plan\":\"a\"}}]");
        assertThat(enter.path("computed_time").textValue()).isEqualTo("1795255200");
        assertThat(enter.path("message_id").asText()).endsWith("::enter::0");
        JsonNode exit = got.get(2).json();
        assertThat(exit.path("in_cohort")).hasToString("false");
        assertThat(exit.path("message_id").asText()).endsWith("::exit::0");
    }

    @Test
    void aMalformedBodyIsSignedAsItIsSent() throws Exception {
        push("segment", "'secret':'abc123','malformed':true,'enters':['ann']");
        assertThat(got.get(0).body()).doesNotEndWith("}");
        assertThat(got.get(0).headers().get("X-Signature"))
                .isEqualTo(
                        SegmentAudiencePayloads.signature("abc123", got.get(0).body()));
    }

    @Test
    void whoIsNotThereIsTold() throws Exception {
        receiver.stop(0);
        assertThat(push("amplitude", "'enters':['u1']").path(0).path("error").asText())
                .contains("ConnectException");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'vendor':'segment','url':'http://example.com/hooks','cohort':'c'} | loopback",
                "{'vendor':'segment','url':'http://127.0.0.1.example.com/','cohort':'c'} | loopback",
                "{'vendor':'segment','url':'http://127.0.0.1@example.com/','cohort':'c'} | loopback",
                "{'vendor':'segment','url':'file:///etc/passwd','cohort':'c'} | loopback",
                "{'vendor':'segment','url':'http://localhost/'} | cohort is required",
                "{'vendor':'braze','url':'http://localhost/','cohort':'c'} | vendor: braze is none of [segment, mixpanel, amplitude]",
                "{'vendor':'segment','url':'http://localhost/','cohort':'c','enter':['a']} | enter is unknown here",
                "{'vendor':'segment','url':'http://localhost/','cohort':'c','enters':[1]} | a member is an id",
                "{'vendor':'segment','url':'http://localhost/','cohort':'c','token':'a\\nb'} | no header can",
                "{'vendor':'segment','url':'http://localhost/','cohort':'c','username':'u'} | come together"
            })
    void whatCannotBePushedIsRefused(String push, String words) throws Exception {
        HttpResponse<String> refused = ask(push);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains(words);
    }
}
