package io.cohortsync.flow;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The server listens a moment before there are routes, and a moment longer: without this a call that is a route would be
 * answered 404 then, as if there were none, and after a push that is answered so Mixpanel never calls again (contracts,
 * section 6.2).
 */
@Component
class CallsBeforeRoutes extends OncePerRequestFilter {

    private static final Pattern ASKS_A_SOURCE = Pattern.compile("/api/sources/[^/]+/cohorts");

    private final CamelContext camel;

    CallsBeforeRoutes(CamelContext camel) {
        this.camel = camel;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getServletPath();
        // What is only looked at is answered by controllers, which are there; but a source is asked by a route.
        boolean needsRoute = path.startsWith("/api/")
                && (!request.getMethod().equals("GET")
                        || ASKS_A_SOURCE.matcher(path).matches());
        return !path.startsWith("/hooks/") && !needsRoute;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (camel.getStatus().isStarted()) {
            chain.doFilter(request, response);
        } else {
            response.setHeader(HttpHeaders.RETRY_AFTER, "5");
            response.sendError(HttpStatus.SERVICE_UNAVAILABLE.value());
        }
    }
}
