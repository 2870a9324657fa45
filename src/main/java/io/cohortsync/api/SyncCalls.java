package io.cohortsync.api;

import io.cohortsync.config.SecretMask;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.delivery.HeldException;
import io.cohortsync.delivery.LeaseLostException;
import io.cohortsync.delivery.NotTriedException;
import io.cohortsync.diff.LinkPlan;
import io.cohortsync.guard.Guard;
import io.cohortsync.link.RunUnderWayException;
import io.cohortsync.mirror.NotStoredException;
import io.cohortsync.quota.Left;
import io.cohortsync.quota.SourceCalls;
import io.cohortsync.rebaseline.NotAdoptableException;
import io.cohortsync.rebaseline.OtherNumberException;
import io.cohortsync.run.HaltedException;
import io.cohortsync.run.Run;
import io.cohortsync.run.RunState;
import io.cohortsync.run.RunStore;
import io.cohortsync.run.RunView;
import io.cohortsync.run.Runs;
import io.cohortsync.run.Syncs;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.NotYetException;
import io.cohortsync.state.StateAway;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;

/** What the API's routes for a sync need beside the flow itself; {@code syncCalls} in the routes. */
@Component
public class SyncCalls {

    private static final Logger LOG = LoggerFactory.getLogger(SyncCalls.class);
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final int LOOK_FOR_IT_TIMES = 20;

    private final Settings settings;
    private final Syncs syncs;
    private final RunStore runs;
    private final Guard guard;
    private final SourceCalls calls;
    private final SecretMask mask;

    SyncCalls(Settings settings, Syncs syncs, RunStore runs, Guard guard, SourceCalls calls, SecretMask mask) {
        this.settings = settings;
        this.syncs = syncs;
        this.runs = runs;
        this.guard = guard;
        this.calls = calls;
        this.mask = mask;
    }

    /** @throws ErrorResponseException 404 for a sync that is not configured, 409 for one that is disabled or paused */
    public void mayRun(String sync, String wait) {
        mayPlan(sync);
        checkWait(wait);
        if (syncs.read(sync).paused()) {
            throw Problems.of(
                    HttpStatus.CONFLICT, "Sync " + sync + " is paused: POST /api/syncs/" + sync + "/resume first");
        }
    }

    static void checkWait(String wait) {
        if (wait != null && !wait.equals("true") && !wait.equals("false")) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST, "wait is \"" + wait + "\"; accepted: true (answer at the end) or false");
        }
    }

    /** @throws ErrorResponseException 404 for a sync that is not configured, 409 for one that is disabled */
    public void mayPlan(String sync) {
        SyncSettings wanted = Problems.known(settings.syncs(), sync, "sync");
        if (!wanted.inUse()) {
            throw Problems.of(HttpStatus.CONFLICT, "Sync " + sync + " or its source is disabled in the configuration");
        }
    }

    /** 202 with the run that began, or the one under way; 200 with its end if that was waited for. */
    public Answer runAnswer(String sync, Runs.Beginning beginning, String wait) throws InterruptedException {
        Optional<Long> begun = beginning.run().map(Run::id).or(beginning::running);
        // While the lease changes hands, the run under way has no number yet, or has just ended and another follows.
        for (int i = 0; begun.isEmpty() && i < LOOK_FOR_IT_TIMES; i++) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            begun = runs.running(sync);
        }
        if (begun.isEmpty() && beginning.follows()) {
            return Answer.json(202, Map.of("sync", sync, "state", "follows", "detail", beginning.why()));
        }
        long id = begun.orElseThrow(() -> Problems.of(HttpStatus.CONFLICT, "No run began: " + beginning.why()));
        RunView run = runs.find(id).orElseThrow();
        if (!"true".equals(wait)) {
            return Answer.json(202, run);
        }
        while (run.state().equals(RunState.RUNNING.word())) {
            if (runs.cutOff(id)) {
                throw Problems.of(
                        HttpStatus.CONFLICT, "Run " + id + " was cut off when its node stopped: ask for another run");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            run = runs.find(id).orElseThrow();
        }
        return Answer.json(200, run);
    }

    /** What every link of a plan would send, and what the guard would say. */
    public Answer planAnswer(SyncSettings sync, List<LinkPlan> plans) {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("sync", sync.name());
        plan.put("read", plans.stream().mapToLong(p -> p.counts().read()).max().orElse(0));
        cost(sync).ifPresent(words -> plan.put("cost", words));
        plan.put(
                "targets",
                plans.stream().map(p -> PlanView.of(guard.check(sync, p))).toList());
        return Answer.json(200, plan);
    }

    /** What reading it has cost, where a vendor counts that. */
    private Optional<String> cost(SyncSettings sync) {
        String source = sync.source().name();
        return Optional.of(source)
                .filter(any -> !sync.pushed())
                .flatMap(calls::left)
                .flatMap(Left::downloads)
                .map(left -> "this plan took a download of source " + source + ": " + left.used() + " of the month's "
                        + left.allowed() + " are used");
    }

    /** Says to a caller what went wrong (RFC 9457). */
    public Answer problem(Exception thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof ErrorResponseException known) {
                return problem(known.getBody());
            }
            if (t instanceof IncompleteSnapshotException) {
                return problem(ProblemDetail.forStatusAndDetail(
                        HttpStatus.UNPROCESSABLE_ENTITY,
                        mask.apply("The snapshot is not complete: " + t.getMessage())));
            }
            if (t instanceof RunUnderWayException) {
                return problem(ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, t.getMessage()));
            }
            if (t instanceof OtherNumberException other) {
                return problem(LinkCalls.otherNumber(other.numbers()).getBody());
            }
            if (t instanceof NotYetException) {
                return problem(ProblemDetail.forStatusAndDetail(
                        HttpStatus.CONFLICT, mask.apply("It cannot be read yet: " + t.getMessage())));
            }
            if (t instanceof NotStoredException) {
                return problem(ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, t.getMessage()));
            }
            if (t instanceof NotTriedException
                    || t instanceof LeaseLostException
                    || t instanceof HeldException
                    || t instanceof HaltedException
                    || t instanceof NotAdoptableException) {
                return problem(ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, mask.apply(t.getMessage())));
            }
        }
        if (StateAway.caused(thrown)) {
            LOG.debug("an API call found no state database", thrown);
            return problem(StateUnavailable.problem());
        }
        // Its words may quote what was sent.
        LOG.error("An API call failed: {}", thrown.getClass().getName());
        LOG.debug("An API call failed", thrown);
        return problem(ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR, "This should not happen; the log says more"));
    }

    private static Answer problem(ProblemDetail detail) {
        return new Answer(detail.getStatus(), MediaType.APPLICATION_PROBLEM_JSON_VALUE, detail);
    }
}
