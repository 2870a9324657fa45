package io.cohortsync.customerio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** Reads what Customer.io answers. */
@Component("customerIoAnswers")
class Answers {

    private final ObjectMapper json;

    Answers(ObjectMapper json) {
        this.json = json;
    }

    /** @throws IOException if it is no JSON; Jackson's words would quote what it read, which may be people */
    JsonNode read(byte[] answer) throws IOException {
        try {
            return json.readTree(answer);
        } catch (JsonProcessingException e) {
            throw new IOException("Customer.io's answer is not JSON");
        }
    }
}
