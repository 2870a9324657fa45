package io.cohortsync.member;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/** The 64 bits a member key is compared by. Keyed by a secret of the installation, so that nobody can choose keys that collide. */
@FunctionalInterface
public interface Fingerprint {

    /** The fingerprint of a key given as UTF-8. */
    long of(byte[] bytes, int offset, int length);

    /** The fingerprint of a key. */
    default long of(String key) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        return of(utf8, 0, utf8.length);
    }

    /** XXH3 with a secret seed. */
    static Fingerprint seeded(long seed) {
        Hasher64 hasher = Hashing.xxh3_64(seed);
        return hasher::hashBytesToLong;
    }
}
