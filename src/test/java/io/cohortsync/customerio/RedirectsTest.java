package io.cohortsync.customerio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.testing.CustomerIoServer;
import io.cohortsync.testing.CustomerIoServer.Answer;
import io.cohortsync.testing.CustomerIoServer.Request;
import io.cohortsync.testing.Trial;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A call that is sent on stays what it is within Customer.io, and is not made anywhere else. */
class RedirectsTest {

    @ParameterizedTest
    @CsvSource({
        "https://track.customer.io/api/v1/x, https://track-eu.customer.io/api/v1/x, true",
        "https://track.customer.io/api/v1/x, https://TRACK-EU.Customer.IO/api/v1/x, true",
        "https://track.customer.io/api/v1/x, /api/v2/x, true",
        "https://track.customer.io/api/v1/x, //track-eu.customer.io/x, true",
        "https://track.customer.io/api/v1/x, http://track-eu.customer.io/api/v1/x, false",
        "https://track.customer.io/api/v1/x, https://customer.io.example.com/x, false",
        "https://track.customer.io/api/v1/x, https://evilcustomer.io/x, false",
        "https://track.customer.io/api/v1/x, https://example.com/x, false",
        "https://track.customer.io/api/v1/x, https://track.customer.io@example.com/x, false",
        "https://track.customer.io/api/v1/x, 'https://a b/', false",
        "https://proxy.example.com/cio/x, https://proxy.example.com/other, true",
        "https://proxy.example.com/cio/x, https://proxy.example.com:8443/other, false",
        "https://proxy.example.com/cio/x, http://proxy.example.com/other, false",
        "https://proxy.example.com/cio/x, https://track.customer.io/x, false",
    })
    void onlyCustomerIoAndTheConfiguredHostAreTrusted(String from, String location, boolean trusted) {
        assertThat(Redirects.next(URI.create(from), location).isPresent()).isEqualTo(trusted);
    }

    @Test
    void methodBodyAndCredentialsAreKeptOnTheWayAndNothingGoesElsewhere(@TempDir Path folder) {
        try (CustomerIoServer customerIo = new CustomerIoServer();
                CustomerIoServer elsewhere = new CustomerIoServer();
                Trial trial = new Trial(folder)) {
            for (int status : new int[] {301, 302, 307, 308}) {
                String name = "region-" + status;
                trial.target(name, target(customerIo, name)).sync(name, "[ " + name + " ]");
            }
            for (String name : List.of("away", "circle")) {
                trial.target(name, target(customerIo, name)).sync(name, "[ " + name + " ]");
            }
            trial.start();
            customerIo.behave(request -> {
                String path = request.path();
                if (path.startsWith("/region-")) {
                    return Answer.redirect(Integer.parseInt(path.substring(8, 11)), path.substring(11));
                }
                if (path.startsWith("/away/")) {
                    return Answer.redirect(307, elsewhere.url() + path);
                }
                return path.startsWith("/circle/") ? Answer.redirect(307, path) : Optional.empty();
            });

            for (int status : new int[] {301, 302, 307, 308}) {
                String name = "region-" + status;
                customerIo.forgetRequests();
                trial.cohort(name, List.of("ann"));
                JsonNode link = trial.runLink(name);

                assertThat(link.path("accepted").asLong()).as(link.toString()).isEqualTo(1);
                assertThat(customerIo.members(name)).containsExactly("ann");
                List<Request> requests = customerIo.requests();
                assertThat(requests).hasSize(6);
                for (int i = 0; i < 6; i += 2) {
                    Request first = requests.get(i);
                    Request again = requests.get(i + 1);
                    assertThat(again.toString())
                            .isEqualTo(first.method() + " " + first.path().substring(11));
                    assertThat(again.body()).isEqualTo(first.body());
                    assertThat(again.headers())
                            .containsEntry("Authorization", first.headers().get("Authorization"));
                    assertThat(again.headers().get("Content-Type"))
                            .isEqualTo(first.headers().get("Content-Type"));
                }
            }

            for (String name : List.of("away", "circle")) {
                trial.cohort(name, List.of("ann"));
                assertThat(trial.runLink(name).path("waiting").asLong()).isEqualTo(1);
                assertThat(trial.targetView(name).path("stopped").asText()).startsWith("HTTP 307");
            }
            assertThat(elsewhere.requests()).isEmpty();
            assertThat(customerIo.requests("/circle")).hasSize(6);
        }
    }

    private static String target(CustomerIoServer customerIo, String prefix) {
        return "type: customerio, " + CustomerIoServer.KEYS + ", base-url: \"" + customerIo.url() + "/" + prefix + "\"";
    }
}
