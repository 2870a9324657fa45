package io.cohortsync.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses calls whose parameters say something that would not be heard: a misspelt one, a body, or the word null, as scripts
 * give it that looked up what is not there. Unheard, each of them makes the call act on all there is.
 */
@Component
class CallParameters extends OncePerRequestFilter {

    private static final String TARGET = "target";
    private static final String WAIT = "wait";
    private static final String PLAN = "plan";

    /** Which parameters a call takes, by the last part of its path. */
    private static final Map<String, Set<String>> TAKEN = Map.ofEntries(
            Map.entry("run", Set.of(WAIT)),
            Map.entry("plan", Set.of()),
            Map.entry("approve", Set.of(PLAN, TARGET, WAIT)),
            Map.entry("discard", Set.of(PLAN, TARGET)),
            Map.entry("accept-change", Set.of("as", TARGET, "forget", WAIT)),
            Map.entry("resync", Set.of(TARGET, WAIT)),
            Map.entry("rebaseline", Set.of(TARGET, "forget")),
            Map.entry("verify", Set.of(TARGET)),
            Map.entry("repair", Set.of(TARGET, WAIT)),
            Map.entry("pause", Set.of()),
            Map.entry("resume", Set.of()),
            Map.entry("check", Set.of()),
            Map.entry("cancel", Set.of()),
            Map.entry("drop", Set.of("forget")),
            Map.entry("remove-members", Set.of(PLAN, WAIT)),
            Map.entry("adopt", Set.of("as")),
            Map.entry("runs", Set.of("sync")),
            Map.entry("dead-letters", Set.of("sync", TARGET, "reason")),
            Map.entry("redrive", Set.of("sync", TARGET, "reason", "rate")),
            Map.entry("members", Set.of("at")));

    /** What clients send that must send something: {@code {}}. */
    private static final int SAYS_NOTHING = 2;

    private final ObjectMapper json;

    CallParameters(ObjectMapper json) {
        this.json = json;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getServletPath().startsWith("/api/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> mistake = mistake(request);
        if (mistake.isPresent()) {
            Problems.write(response, json, ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, mistake.get()));
        } else {
            chain.doFilter(request, response);
        }
    }

    private static Optional<String> mistake(HttpServletRequest request) {
        String path = request.getServletPath();
        String call = path.substring(path.lastIndexOf('/') + 1);
        Set<String> taken = TAKEN.get(call);
        if (taken == null) {
            return Optional.empty();
        }
        if (request.getMethod().equals("POST") && request.getContentLengthLong() > SAYS_NOTHING) {
            return Optional.of(call + " takes no body; its parameters go into the address. " + accepted(taken));
        }
        return Stream.of(
                        Optional.ofNullable(request.getQueryString()).orElse("").split("&"))
                .filter(given -> !given.isEmpty())
                .map(given -> given.split("=", 2))
                .flatMap(given -> mistake(call, taken, given).stream())
                .findFirst();
    }

    private static Optional<String> mistake(String call, Set<String> taken, String[] given) {
        String name = URLDecoder.decode(given[0], StandardCharsets.UTF_8);
        if (!taken.contains(name)) {
            return Optional.of("\"" + name + "\" is no parameter of " + call + ". " + accepted(taken));
        }
        return given.length == 2 && given[1].equals("null")
                ? Optional.of(name + " is \"null\"; accepted: a value, or the call without " + name)
                : Optional.empty();
    }

    private static String accepted(Set<String> taken) {
        return "Accepted: " + (taken.isEmpty() ? "none" : String.join(", ", new TreeSet<>(taken)));
    }
}
