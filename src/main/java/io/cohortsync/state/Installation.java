package io.cohortsync.state;

import io.cohortsync.member.Fingerprint;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What is drawn once for each state database.
 *
 * @param id goes into every message id, so that two installations never send the same one
 * @param seed the secret that fingerprints are keyed by
 */
public record Installation(String id, long seed) {

    @Override
    public String toString() {
        return "installation " + id;
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        Installation installation(JdbcClient jdbc) {
            return stored(jdbc).orElseGet(() -> {
                try {
                    jdbc.sql("insert into installation (only_row, id, seed) values (1, ?, ?)")
                            .params(UUID.randomUUID().toString(), new SecureRandom().nextLong())
                            .update();
                } catch (DuplicateKeyException other) {
                    // Another node was first; its values count.
                }
                return stored(jdbc).orElseThrow();
            });
        }

        private static Optional<Installation> stored(JdbcClient jdbc) {
            return jdbc.sql("select id, seed from installation")
                    .query((rs, i) -> new Installation(rs.getString(1), rs.getLong(2)))
                    .optional();
        }

        @Bean
        Fingerprint fingerprint(Installation installation) {
            return Fingerprint.seeded(installation.seed());
        }
    }
}
