package io.cohortsync.api;

import io.cohortsync.drift.LinkFinding;
import io.cohortsync.link.Link;
import io.cohortsync.readback.ReadBacks;
import io.cohortsync.source.IncompleteSnapshotException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** What the API's routes for verifying and repairing need beside the flow itself; {@code driftCalls} in the routes. */
@Component
public class DriftCalls {

    private final MeantLinks meantLinks;
    private final ReadBacks readBacks;

    DriftCalls(MeantLinks meantLinks, ReadBacks readBacks) {
        this.meantLinks = meantLinks;
        this.readBacks = readBacks;
    }

    /**
     * Whether there is such a sync with such a target, in use.
     *
     * @param target null: all targets
     * @throws org.springframework.web.ErrorResponseException 404 if it is not configured, 409 if it is disabled
     */
    public void mayVerify(String sync, String target) {
        meantLinks.of(sync, Optional.ofNullable(target));
    }

    /** @throws Exception a 502 that says which target could not be read; what was thrown, if the target is not to blame */
    public void failed(Link link, Exception thrown) throws Exception {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof IncompleteSnapshotException
                    || t instanceof HttpOperationFailedException
                    || t instanceof IOException
                    || t instanceof UncheckedIOException) {
                throw Problems.of(
                        HttpStatus.BAD_GATEWAY,
                        link.name() + " could not be read, so nothing is concluded and nothing changed: "
                                + readBacks.words(t));
            }
        }
        throw thrown;
    }

    public Answer verified(String sync, List<LinkFinding> findings) {
        return Answer.json(200, content(sync, findings));
    }

    private static Map<String, Object> content(String sync, List<LinkFinding> findings) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("sync", sync);
        content.put("targets", findings);
        return content;
    }

    /** Whether there is somebody to send again. */
    public boolean owesARun(List<LinkFinding> findings) {
        return findings.stream().anyMatch(finding -> finding.missing().orElse(0L) > 0);
    }

    /** @param run what beginning the run was answered */
    public Answer repaired(String sync, List<LinkFinding> findings, Answer run) {
        Map<String, Object> content = content(sync, findings);
        content.put("run", run.content());
        return Answer.json(run.status(), content);
    }
}
