package io.cohortsync.customerio;

import io.cohortsync.config.Settings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.target.CredentialsRefusedException;
import java.io.IOException;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The calls that try a target's keys without a side effect (contracts, section 8.1); {@code customerIoKeyCheck} in the routes. */
@Component("customerIoKeyCheck")
public class KeyCheck {

    private final Settings settings;
    private final Answers answers;

    KeyCheck(Settings settings, Answers answers) {
        this.settings = settings;
        this.answers = answers;
    }

    /** {@code GET /accounts/region}, which any host of the Track API answers. */
    public Call region(String target) {
        return Call.to(settings(target).options().get("track-base-url") + "/api/v1/accounts/region", "");
    }

    /**
     * Takes the answer to it.
     *
     * @throws CredentialsRefusedException if the account lives in another region than the target says
     */
    public void inRegion(String target, byte[] answer) throws IOException {
        String lives = answers.read(answer).path("region").asText();
        if (lives.isBlank()) {
            throw new IOException("Customer.io's answer names no \"region\"");
        }
        Optional<String> said = Optional.ofNullable(settings(target).options().get("region"));
        said.filter(region -> !region.equalsIgnoreCase(lives)).ifPresent(region -> {
            throw new CredentialsRefusedException("wrong region: the account lives in \"" + lives
                    + "\", the target says \"" + region + "\"; the Track API's keys are good");
        });
    }

    /** Whether there is a key of the App API to try. */
    public boolean hasAppKey(String target) {
        return Segments.mayLook(settings(target));
    }

    /** {@code GET /segments}. */
    public Call segments(String target) {
        return Call.to(Segments.all(settings(target)), "");
    }

    private TargetSettings settings(String target) {
        return settings.targets().get(target);
    }
}
