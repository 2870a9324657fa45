package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
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

    private final Pusher pusher;

    PushController(Pusher pusher) {
        this.pusher = pusher;
    }

    @PostMapping("/sandbox/push")
    List<Pusher.Answer> push(@RequestBody JsonNode asked) {
        Push push = StrictJson.read(asked, Push.class);
        if (!thisMachine(push.url())) {
            throw StrictJson.bad("url: a loopback address is needed, such as http://127.0.0.1:8080/hooks/engage");
        }
        return pusher.send(push);
    }

    private static boolean thisMachine(URI url) {
        return List.of("http", "https")
                        .contains(Optional.ofNullable(url.getScheme()).orElse(""))
                && url.getRawUserInfo() == null
                && THIS_MACHINE
                        .matcher(Optional.ofNullable(url.getHost()).orElse(""))
                        .matches();
    }
}
