package io.cohortsync.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses the word null as a parameter's value, as scripts give it that looked up what is not there: a route's bean would
 * take it for a parameter that was not given, and act on all there is.
 */
@Component
class NullParameters extends OncePerRequestFilter {

    private static final Pattern NULL = Pattern.compile("(?:^|&)([\\w-]+)=null(?:&|$)");

    private final ObjectMapper json;

    NullParameters(ObjectMapper json) {
        this.json = json;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getServletPath().startsWith("/api/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Matcher found =
                NULL.matcher(Optional.ofNullable(request.getQueryString()).orElse(""));
        if (found.find()) {
            String name = found.group(1);
            Problems.write(
                    response,
                    json,
                    ProblemDetail.forStatusAndDetail(
                            HttpStatus.BAD_REQUEST,
                            name + " is \"null\"; accepted: a value, or the call without " + name));
        } else {
            chain.doFilter(request, response);
        }
    }
}
