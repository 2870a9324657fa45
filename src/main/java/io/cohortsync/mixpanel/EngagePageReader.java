package io.cohortsync.mixpanel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.MemberKeyField.Property;
import io.cohortsync.source.Chunk;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Reads one page of {@code /engage} without ever holding its members all at once (contracts, section 6.1). */
final class EngagePageReader {

    private static final int LONGEST = 20_000_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            // Properties may have any names; interning them would fill the JVM's table.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    // A number that is too long makes its record invalid, and not the page.
                    .maxNumberLength(LONGEST)
                    .build())
            .build();

    private final List<MemberKeyField> columns;
    private final Consumer<List<String>> members;
    private OptionalLong page = OptionalLong.empty();
    private OptionalLong pageSize = OptionalLong.empty();
    private Optional<String> session = Optional.empty();
    private Optional<String> status = Optional.empty();
    private Optional<String> error = Optional.empty();
    private OptionalLong results = OptionalLong.empty();

    private EngagePageReader(List<MemberKeyField> columns, Consumer<List<String>> members) {
        this.columns = columns;
        this.members = members;
    }

    /**
     * Reads a page.
     *
     * @param columns the values wanted of each member
     * @param members is given the values of each, as they are met: before the page is known to be sound
     */
    static EngagePage read(byte[] answer, List<MemberKeyField> columns, Consumer<List<String>> members)
            throws BrokenPageException {
        EngagePageReader reader = new EngagePageReader(columns, members);
        try (JsonParser parser = JSON.createParser(answer)) {
            reader.readAll(parser);
        } catch (JsonProcessingException | java.io.CharConversionException e) {
            throw notOneObject();
        } catch (IOException e) {
            throw new BrokenPageException("cannot be read: " + e.getClass().getSimpleName());
        }
        return new EngagePage(
                reader.page, reader.pageSize, reader.session, reader.status, reader.error, reader.results);
    }

    private static BrokenPageException notOneObject() {
        return new BrokenPageException("is not one whole JSON object");
    }

    private void readAll(JsonParser parser) throws IOException, BrokenPageException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw notOneObject();
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "page" -> page = once(name, page.isPresent(), number(name, parser));
                case "page_size" -> pageSize = once(name, pageSize.isPresent(), number(name, parser));
                case "session_id" -> session = once(name, session.isPresent(), text(name, parser));
                case "status" -> status = once(name, status.isPresent(), text(name, parser));
                case "error" -> error = once(name, error.isPresent(), words(parser));
                case "results" -> results = once(name, results.isPresent(), results(parser));
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw notOneObject();
        }
    }

    private static <T> T once(String name, boolean known, T value) throws BrokenPageException {
        if (known) {
            throw new BrokenPageException("has \"" + name + "\" twice");
        }
        return value;
    }

    private static OptionalLong number(String name, JsonParser parser) throws IOException, BrokenPageException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return OptionalLong.empty();
        }
        // 18 digits fit into a long.
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getTextLength() > 18) {
            throw new BrokenPageException("has a \"" + name + "\" that is no whole number");
        }
        return OptionalLong.of(parser.getLongValue());
    }

    private static Optional<String> text(String name, JsonParser parser) throws IOException, BrokenPageException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> Optional.empty();
            case VALUE_STRING, VALUE_NUMBER_INT -> Optional.of(parser.getText());
            default -> throw new BrokenPageException("has a \"" + name + "\" that is no text");
        };
    }

    private static Optional<String> words(JsonParser parser) throws IOException {
        JsonToken kind = parser.currentToken();
        parser.skipChildren();
        return switch (kind) {
            case VALUE_NULL -> Optional.empty();
            case VALUE_STRING -> Optional.of(parser.getText());
            default -> Optional.of("");
        };
    }

    private OptionalLong results(JsonParser parser) throws IOException, BrokenPageException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return OptionalLong.empty();
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new BrokenPageException("has \"results\" that are no list");
        }
        long count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            count++;
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new BrokenPageException("has a result that is no object, number " + count);
            }
            members.accept(member(parser, count));
        }
        return OptionalLong.of(count);
    }

    private List<String> member(JsonParser parser, long number) throws IOException, BrokenPageException {
        String[] values = new String[columns.size()];
        Arrays.fill(values, "");
        boolean[] set = new boolean[values.length];
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken kind = parser.nextToken();
            if (name.equals("$properties") && kind == JsonToken.START_OBJECT) {
                properties(parser, values, set);
                continue;
            }
            if (name.equals("$properties") && kind != JsonToken.VALUE_NULL) {
                throw new BrokenPageException("has a result whose \"$properties\" are no object, number " + number);
            }
            take(name, false, parser, values, set);
        }
        return List.of(values);
    }

    private void properties(JsonParser parser, String[] values, boolean[] set) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            take(name, true, parser, values, set);
        }
    }

    private void take(String name, boolean property, JsonParser parser, String[] values, boolean[] set)
            throws IOException {
        for (int i = 0; i < values.length; i++) {
            if (isMeant(columns.get(i), name, property)) {
                // A value that is there twice has no one text.
                values[i] = set[i] ? Chunk.INVALID : JsonText.of(parser);
                set[i] = true;
            }
        }
        parser.skipChildren();
    }

    /** A field that every record has is called {@code distinct_id} here and {@code $distinct_id} there. */
    private static boolean isMeant(MemberKeyField column, String name, boolean property) {
        return column instanceof Property wanted
                ? property && wanted.property().equals(name)
                : !property
                        && column.name().map(field -> name.equals("$" + field)).orElse(false);
    }
}
