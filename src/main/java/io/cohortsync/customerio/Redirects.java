package io.cohortsync.customerio;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.stereotype.Component;

/**
 * Where a call may be sent on to, with the method, the body and the credentials it has: from one host of Customer.io's to
 * another, as its own client does for an account that lives in the other region (contracts, section 8.1), or within the
 * host that is configured. To anywhere else nothing is carried; {@code customerIoRedirects} in the routes.
 */
@Component("customerIoRedirects")
public class Redirects {

    private static final Set<Integer> STATUSES = Set.of(301, 302, 307, 308);
    private static final int MOST = 5;
    private static final String VENDOR = "customer.io";

    /** The call is over. */
    public Call answered(Call call) {
        return call.over();
    }

    /**
     * Looks at the answer to a call.
     *
     * @throws HttpOperationFailedException the answer, if it is no redirect or one that is not followed
     */
    public void check(Call call, HttpOperationFailedException answer) throws HttpOperationFailedException {
        if (next(call, answer).isEmpty()) {
            throw answer;
        }
    }

    /** The same call to where its answer sends it. */
    public Call follow(Call call, HttpOperationFailedException answer) {
        return next(call, answer).map(call::at).orElseThrow();
    }

    private static Optional<URI> next(Call call, HttpOperationFailedException answer) {
        return Optional.of(answer)
                .filter(redirect -> STATUSES.contains(redirect.getStatusCode()) && call.redirects() < MOST)
                .map(HttpOperationFailedException::getRedirectLocation)
                .flatMap(location -> next(URI.create(call.uri()), location));
    }

    static Optional<URI> next(URI from, String location) {
        try {
            URI to = from.resolve(location.strip());
            return isTrusted(from, to) ? Optional.of(to) : Optional.empty();
        } catch (IllegalArgumentException noAddress) {
            return Optional.empty();
        }
    }

    private static boolean isTrusted(URI from, URI to) {
        if (to.getHost() == null || to.getRawUserInfo() != null) {
            return false;
        }
        boolean sameOrigin = from.getScheme().equalsIgnoreCase(to.getScheme())
                && from.getHost().equalsIgnoreCase(to.getHost())
                && from.getPort() == to.getPort();
        return sameOrigin || "https".equalsIgnoreCase(to.getScheme()) && isVendor(from) && isVendor(to);
    }

    private static boolean isVendor(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return host.equals(VENDOR) || host.endsWith("." + VENDOR);
    }
}
