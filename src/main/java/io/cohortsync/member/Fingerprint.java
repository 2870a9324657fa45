package io.cohortsync.member;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/** The 64 bits a member key is compared by. Keyed by a secret of the installation, so that nobody can choose keys that collide. */
@FunctionalInterface
public interface Fingerprint {

    /** The fingerprint of a key given as UTF-8. */
    long of(byte[] utf8);

    /** The fingerprint of a key. */
    default long of(String key) {
        return of(key.getBytes(StandardCharsets.UTF_8));
    }

    /** XXH3 with a secret seed. */
    static Fingerprint seeded(long seed) {
        Hasher64 hasher = Hashing.xxh3_64(seed);
        return hasher::hashBytesToLong;
    }
}
