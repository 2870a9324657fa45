package io.cohortsync.sandbox;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/** Lets the stand-ins' APIs misbehave as asked; what is no vendor's API, such as looking at requests, always works. */
final class FaultFilter extends OncePerRequestFilter {

    // Every vendor's API, and its files behind pre-signed links, lies below one of these, and nothing of our own does.
    private static final Pattern API = Pattern.compile("/sandbox/([a-z0-9-]+)(/(?:api|v1|files)/.*)");

    /** More than is ever sent, so that the client sees the answer break off. */
    private static final int PROMISED_BYTES = 1_000;

    private final Faults faults;

    FaultFilter(Faults faults) {
        this.faults = faults;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Matcher api = API.matcher(request.getRequestURI());
        Optional<Fault> fault = api.matches() ? faults.strike(api.group(1), api.group(2)) : Optional.empty();
        if (fault.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        hold(fault.get().delayMillis());
        if (fault.get().drop().isPresent()) {
            if (fault.get().drop().get() == Fault.Drop.AFTER) {
                // Its answer stays in this copy.
                chain.doFilter(request, new ContentCachingResponseWrapper(response));
            }
            breakOff(response);
        } else if (fault.get().status().isPresent()) {
            answer(fault.get(), response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static void breakOff(HttpServletResponse response) throws IOException {
        response.reset();
        response.setHeader(HttpHeaders.CONNECTION, "close");
        response.setContentLength(PROMISED_BYTES);
        response.flushBuffer();
    }

    private static void answer(Fault fault, HttpServletResponse response) throws IOException {
        int status = fault.status().orElseThrow();
        response.setStatus(status);
        fault.headers().forEach(response::setHeader);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getWriter()
                .write("{\"error\":{\"http_code\":" + status + ",\"type\":\"fault\",\"message\":\"as asked for\"}}");
    }

    private static void hold(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
