package io.cohortsync.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.Settings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets nobody call the API or read the metrics unless {@code cohort-sync.security.open} says so; open, it takes calls to this machine only
 * and none that a web page of somewhere else made a browser send.
 */
@Component
class ApiAccess extends OncePerRequestFilter {

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private static final Pattern VENDORS_API = Pattern.compile("/sandbox/[^/]+/(api|v1|files)/.*");

    private final Settings settings;
    private final ObjectMapper json;

    ApiAccess(Settings settings, ObjectMapper json) {
        this.settings = settings;
        this.json = json;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        // As the server understands it, for /%61pi is /api.
        String path = request.getServletPath();
        boolean looksIntoSandbox =
                path.startsWith("/sandbox") && !VENDORS_API.matcher(path).matches();
        // Probes are answered to all; what they are told of the details is another matter.
        boolean looksInside = path.startsWith("/actuator") && !path.startsWith("/actuator/health");
        return !path.startsWith("/api")
                && !request.getRequestURI().startsWith("/api")
                && !looksIntoSandbox
                && !looksInside;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> refusal = refusal(request);
        if (refusal.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        Problems.write(response, json, ProblemDetail.forStatusAndDetail(HttpStatus.FORBIDDEN, refusal.get()));
    }

    /** Whether whoever makes this call may look inside. */
    boolean allows(HttpServletRequest request) {
        return refusal(request).isEmpty();
    }

    private Optional<String> refusal(HttpServletRequest request) {
        if (!settings.security().open()) {
            return Optional.of("The API is closed: this version has no login. cohort-sync.security.open: true opens it"
                    + " while server.address is loopback");
        }
        if (!THIS_MACHINE.contains(request.getServerName())
                && !request.getServerName().startsWith("127.")) {
            return Optional.of("The open API answers calls to localhost only, not to " + request.getServerName());
        }
        return fromElsewhere(request)
                ? Optional.of("The open API takes no calls from pages of other sites")
                : Optional.empty();
    }

    /** Browsers say where a page is from that makes them call; whoever says nothing is no browser. */
    private static boolean fromElsewhere(HttpServletRequest request) {
        String site = Optional.ofNullable(request.getHeader("Sec-Fetch-Site")).orElse("none");
        String origin = request.getHeader("Origin");
        String here = request.getScheme() + "://" + request.getHeader("Host");
        return site.equals("cross-site") || site.equals("same-site") || origin != null && !origin.equals(here);
    }
}
