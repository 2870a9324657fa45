package io.cohortsync.spool;

import java.io.IOException;
import java.io.UncheckedIOException;

/** There is no room for what has to be set aside, or no access to it; says so where the system says only why. */
public final class TemporaryFileException extends UncheckedIOException {

    TemporaryFileException(String what, IOException why) {
        super(what + ": " + why.getMessage(), why);
    }
}
