package io.cohortsync.mixpanel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.MemberKeyField.Property;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.SnapshotReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * The pages of {@code POST /engage} that make up a cohort (contracts, section 6.1); {@code mixpanelPages} in the routes.
 *
 * <p>A page that is not what was asked for fails the snapshot: one that is no JSON object, whose status is not
 * {@code ok}, or that belongs to another session or has another number. Messages never quote a member.
 */
@Component("mixpanelPages")
public class Pages {

    /** With the list of cohorts, all the queries of an hour. */
    private static final int MOST_PAGES = 59;

    /** Asked for where no property is needed: without any, all of them might be sent. */
    private static final String NO_PROPERTY = "$distinct_id";

    private final ObjectMapper json;
    private final SecretMask mask;

    Pages(ObjectMapper json, SecretMask mask) {
        this.json = json;
        this.mask = mask;
    }

    /**
     * Begins to read a sync's cohort.
     *
     * @param columns the distinct values wanted of each member: each row of a chunk has one for each, in this order
     * @throws IncompleteSnapshotException if the cohort's id is no whole number
     */
    public CohortReading begin(SyncSettings sync, List<MemberKeyField> columns) {
        Cohorts.requireNumber(sync);
        return new CohortReading(sync, columns);
    }

    /**
     * The form that asks for the next page.
     *
     * @throws IncompleteSnapshotException if there were as many pages as can be read within an hour, and still there are more
     */
    public String form(CohortReading reading) throws JsonProcessingException {
        if (reading.page() >= MOST_PAGES) {
            throw new IncompleteSnapshotException(
                    reading.origin() + " has more than " + MOST_PAGES + " pages" + Cohorts.tooMany(reading.sync()));
        }
        List<String> properties = reading.columns().stream()
                .filter(Property.class::isInstance)
                .map(column -> ((Property) column).property())
                .toList();
        String form = "filter_by_cohort=" + encoded("{\"id\":" + reading.sync().cohort() + "}") + "&output_properties="
                + encoded(json.writeValueAsString(properties.isEmpty() ? List.of(NO_PROPERTY) : properties));
        return reading.session()
                .map(session -> form + "&session_id=" + encoded(session) + "&page=" + reading.page())
                .orElse(form);
    }

    /**
     * Takes the page that was asked for.
     *
     * @param answer may be null, as Camel gives an empty one
     * @throws IncompleteSnapshotException if it is not that page
     */
    public void take(CohortReading reading, byte[] answer) {
        String origin = reading.origin() + ": Mixpanel's page " + reading.page();
        try {
            reading.take(answer == null ? new byte[0] : answer);
        } catch (BrokenPageException e) {
            throw new IncompleteSnapshotException(origin + " " + mask.apply(e.getMessage()));
        }
    }

    /** The whole cohort; from now on whoever reads it closes it. */
    public SnapshotReader snapshot(CohortReading reading) {
        return reading.snapshot();
    }

    /** Ends the reading, however it went. */
    public void end(CohortReading reading) {
        reading.close();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
