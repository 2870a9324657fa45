package io.cohortsync.target;

import io.cohortsync.config.BasicAuthorization;
import io.cohortsync.config.Secret;
import io.cohortsync.config.Settings;
import org.springframework.stereotype.Component;

/** A target's secrets as its route's headers need them, so that no route holds one; {@code credentials} in the routes. */
@Component
public class Credentials {

    private final Settings settings;

    Credentials(Settings settings) {
        this.settings = settings;
    }

    /** HTTP Basic with a secret as the user and no password, as Segment wants it (contracts, section 1.1). */
    public String basic(String target, String user) {
        return BasicAuthorization.header(secret(target, user), "");
    }

    /**
     * HTTP Basic with one of the target's options or secrets as the user and a secret as the password, as Amplitude and
     * Customer.io want it (contracts, sections 3.1 and 8.1).
     */
    public String basic(String target, String user, String password) {
        String option = settings.targets().get(target).options().get(user);
        return BasicAuthorization.header(option == null ? secret(target, user) : option, secret(target, password));
    }

    /** A bearer token, as Customer.io's App API wants it (contracts, section 8.1). */
    public String bearer(String target, String token) {
        return "Bearer " + secret(target, token);
    }

    private String secret(String target, String name) {
        Secret secret = settings.targets().get(target).secrets().get(name);
        if (secret == null) {
            throw new IllegalArgumentException("target " + target + " has no secret named " + name);
        }
        return secret.value();
    }
}
