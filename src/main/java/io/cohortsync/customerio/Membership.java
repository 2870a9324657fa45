package io.cohortsync.customerio;

import com.fasterxml.jackson.databind.JsonNode;
import io.cohortsync.link.Link;
import io.cohortsync.readback.ReadBack;
import io.cohortsync.readback.ReadBacks;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Component;

/**
 * The pages of {@code GET /segments/{id}/membership} (contracts, section 8.3); {@code customerIoMembership} in the routes.
 */
@Component("customerIoMembership")
public class Membership {

    /** People in a page; Customer.io gives 30,000 at most (contracts, section 8.3). */
    static final int PAGE = 30_000;

    private final Answers answers;
    private final ReadBacks readBacks;

    Membership(Answers answers, ReadBacks readBacks) {
        this.answers = answers;
        this.readBacks = readBacks;
    }

    /**
     * Where the next page begins.
     *
     * @param start opaque, as the page before gave it; empty: at the first page, or there is none
     * @param more whether there is one
     */
    public record Cursor(String start, boolean more) {

        public boolean isMore() {
            return more;
        }
    }

    /** E-mail addresses are compared without case there (contracts, section 8.2). */
    public ReadBack begin(Link link) {
        UnaryOperator<String> canonical =
                idType(link).equals("email") ? key -> key.toLowerCase(Locale.ROOT) : UnaryOperator.identity();
        return readBacks.begin(link, canonical);
    }

    public Cursor first() {
        return new Cursor("", true);
    }

    /** The call for a page; an unencoded + in the cursor would be answered with nobody (contracts, section 8.3). */
    public Call call(Link link, String segment, Cursor page) {
        String start =
                page.start().isEmpty() ? "" : "&start=" + URLEncoder.encode(page.start(), StandardCharsets.UTF_8);
        return Call.to(Segments.all(link) + "/" + segment + "/membership", "limit=" + PAGE + start);
    }

    /**
     * Takes a page, and says where the next begins. An empty page that names a next one is not the last.
     *
     * @throws IOException if it is no page, or sends us in a circle
     */
    public Cursor take(ReadBack readBack, Cursor at, byte[] answer) throws IOException {
        JsonNode page = answers.read(answer);
        if (!page.has("identifiers")) {
            throw new IOException("Customer.io's answer has no \"identifiers\"");
        }
        String idType = idType(readBack.link());
        for (JsonNode person : page.path("identifiers")) {
            String key = person.path(idType).asText("");
            // Whoever has no identifier of this type was not added by us.
            if (!key.isEmpty()) {
                readBack.there(key);
            }
        }
        String next = page.path("next").asText("");
        if (!next.isEmpty() && next.equals(at.start())) {
            throw new IOException("Customer.io gives the same page again and again");
        }
        return new Cursor(next, !next.isEmpty());
    }

    private static String idType(Link link) {
        return link.settings().list().orElseThrow().idType();
    }
}
