package io.cohortsync.customerio;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.ListSettings;
import io.cohortsync.delivery.Change;
import io.cohortsync.link.Link;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * The calls of Customer.io's Track API that add people to a manual segment and remove them (contracts, section 8.2);
 * {@code customerIo} in the routes.
 */
@Component("customerIo")
public class CustomerIo {

    private final ObjectMapper json;

    CustomerIo(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Where these changes go.
     *
     * @param changes 1 to 1,000, all of them enters or all of them exits
     * @param segment the segment's number
     */
    public Call change(Link link, String segment, List<Change> changes) {
        String base = link.settings().target().options().get("track-base-url");
        String what = changes.get(0).enter() ? "add_customers" : "remove_customers";
        ListSettings list = link.settings().list().orElseThrow();
        return Call.to(base + "/api/v1/segments/" + segment + "/" + what, "id_type=" + list.idType());
    }

    /** The body: the people's ids, always as text (contracts, section 8.2). */
    public byte[] ids(List<Change> changes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(changes.size() * 32);
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeArrayFieldStart("ids");
            for (Change change : changes) {
                out.writeString(change.memberKey());
            }
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
