package io.cohortsync.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.json.Jackson2ObjectMapperBuilder;
import org.springframework.web.server.ResponseStatusException;

/** Reads what people ask of a stand-in and tells them of a typo, which Spring's own reading passes over. */
final class StrictJson {

    private static final ObjectMapper JSON =
            Jackson2ObjectMapperBuilder.json().failOnUnknownProperties(true).build();

    private StrictJson() {}

    static <T> T read(JsonNode asked, Class<T> type) {
        try {
            return JSON.treeToValue(asked, type);
        } catch (UnrecognizedPropertyException unknown) {
            throw bad(unknown.getPropertyName() + " is unknown here; known: " + known(unknown.getKnownPropertyIds()));
        } catch (InvalidFormatException wrong) {
            throw bad(place(wrong)
                    + (wrong.getTargetType().isEnum()
                            ? wrong.getValue() + " is none of " + words(wrong.getTargetType())
                            : wrong.getOriginalMessage()));
        } catch (JsonMappingException wrong) {
            Throwable cause = wrong.getCause() instanceof IllegalArgumentException ours ? ours : wrong;
            throw bad(place(wrong) + (cause == wrong ? wrong.getOriginalMessage() : cause.getMessage()));
        } catch (JsonProcessingException e) {
            throw bad(e.getOriginalMessage());
        }
    }

    static ResponseStatusException bad(String detail) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, detail);
    }

    private static String place(JsonMappingException wrong) {
        String path = wrong.getPath().stream()
                .map(step -> step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty() ? "" : path + ": ";
    }

    private static List<String> words(Class<?> choice) {
        return Arrays.stream(choice.getEnumConstants())
                .map(constant -> JSON.convertValue(constant, String.class))
                .toList();
    }

    private static String known(Collection<Object> names) {
        return names == null
                ? "none"
                : new TreeSet<>(names.stream().map(String::valueOf).toList()).toString();
    }
}
