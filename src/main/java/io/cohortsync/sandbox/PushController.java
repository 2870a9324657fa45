package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Plays a vendor that pushes a cohort to one of our receivers, and tells what that answered. */
@RestController
@WhenSandboxEnabled
class PushController {

    // Written out and not looked up, since what a name stands for may change between the look and the call.
    private static final Pattern THIS_MACHINE =
            Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .build();

    /**
     * What the receiver answered to a request.
     *
     * @param bytes sent
     * @param error why there is no answer
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Answer(int bytes, Optional<Integer> status, Optional<String> body, Optional<String> error) {}

    @PostMapping("/sandbox/push")
    List<Answer> push(@RequestBody JsonNode asked) {
        Push push = StrictJson.read(asked, Push.class);
        if (!thisMachine(push.url())) {
            throw StrictJson.bad("url: a loopback address is needed, such as http://127.0.0.1:8080/hooks/engage");
        }
        List<Answer> answers = new ArrayList<>();
        push.requests().forEach(request -> answers.add(send(push.url(), request)));
        return answers;
    }

    private static boolean thisMachine(URI url) {
        return List.of("http", "https")
                        .contains(Optional.ofNullable(url.getScheme()).orElse(""))
                && url.getRawUserInfo() == null
                && THIS_MACHINE
                        .matcher(Optional.ofNullable(url.getHost()).orElse(""))
                        .matches();
    }

    private Answer send(URI url, PushedRequest pushed) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(PATIENCE);
        pushed.headers().forEach(request::header);
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(pushed.body());
        int bytes = (int) body.contentLength();
        try {
            HttpResponse<String> answer = http.send(request.POST(body).build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(bytes, Optional.of(answer.statusCode()), Optional.of(answer.body()), Optional.empty());
        } catch (IOException e) {
            return new Answer(bytes, Optional.empty(), Optional.empty(), Optional.of(e.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(bytes, Optional.empty(), Optional.empty(), Optional.of("interrupted"));
        }
    }
}
