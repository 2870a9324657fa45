package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Sends what a vendor would push. */
final class Pusher {

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

    List<Answer> send(Push push) {
        return push.requests().stream()
                .map(request -> send(push.url(), request))
                .toList();
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
