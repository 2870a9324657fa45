package io.cohortsync.rebaseline;

import io.cohortsync.link.Link;

/** A rebaseline would adopt members for a link to which nothing may be sent, so it changes nothing. */
public class NotAdoptableException extends RuntimeException {

    NotAdoptableException(Link link) {
        super(link.name() + " is held, because " + link.identityChange().orElse("nothing may be sent there")
                + ": nothing was changed");
    }
}
