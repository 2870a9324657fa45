package io.cohortsync.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * No body sent to us is a form, though curl says so of every one that it is told nothing else of: taken for one, it would be
 * parsed, and quoted in the log where that fails, before anybody asked who sends it.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class BodiesAsTheyCome extends OncePerRequestFilter {

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        // As the server understands it, for /%68ooks is /hooks.
        String path = request.getServletPath();
        String type = Optional.ofNullable(request.getContentType()).orElse("").toLowerCase(Locale.ROOT);
        return !(path.startsWith("/hooks") || path.startsWith("/api"))
                || !(type.startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE) || type.startsWith("multipart/"));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(new NoForm(request), response);
    }

    /** The request with a body of bytes, whose parameters are those of its address. */
    private static final class NoForm extends HttpServletRequestWrapper {

        private static final String TYPE = MediaType.APPLICATION_OCTET_STREAM_VALUE;

        private final Map<String, String[]> parameters = new TreeMap<>();

        NoForm(HttpServletRequest request) {
            super(request);
            String query = Optional.ofNullable(request.getQueryString()).orElse("");
            UriComponentsBuilder.newInstance()
                    .query(query)
                    .build()
                    .getQueryParams()
                    .forEach((name, values) -> parameters.put(
                            decoded(name), values.stream().map(NoForm::decoded).toArray(String[]::new)));
        }

        private static String decoded(String text) {
            return text == null ? "" : UriUtils.decode(text, StandardCharsets.UTF_8);
        }

        @Override
        public String getContentType() {
            return TYPE;
        }

        @Override
        public String getHeader(String name) {
            return HttpHeaders.CONTENT_TYPE.equalsIgnoreCase(name) ? TYPE : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return HttpHeaders.CONTENT_TYPE.equalsIgnoreCase(name)
                    ? Collections.enumeration(List.of(TYPE))
                    : super.getHeaders(name);
        }

        @Override
        public String getParameter(String name) {
            String[] values = parameters.get(name);
            return values == null || values.length == 0 ? null : values[0];
        }

        @Override
        public Map<String, String[]> getParameterMap() {
            return Collections.unmodifiableMap(parameters);
        }

        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.enumeration(parameters.keySet());
        }

        @Override
        public String[] getParameterValues(String name) {
            return parameters.get(name);
        }
    }
}
