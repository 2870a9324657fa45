package io.cohortsync.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.cohortsync.config.MemberKeyField;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One JSON object per line. A field's name is taken as it is: a dot in it is no path. */
final class JsonLinesRecords implements Records {

    private static final JsonFactory JSON = JsonFactory.builder()
            // A file may hold millions of different names; interning them would fill the JVM's table.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(2 * MAX_CHARACTERS)
                    .maxNumberLength(2 * MAX_CHARACTERS)
                    .maxNameLength(2 * MAX_CHARACTERS)
                    .build())
            .build();

    private final Lines lines;
    private final List<MemberKeyField> fields;
    private final boolean[] seen;
    private final Set<String> firstNames = new LinkedHashSet<>();
    private Optional<String> onlyName = Optional.empty();
    private boolean any;

    JsonLinesRecords(Reader text, List<MemberKeyField> fields) {
        this.lines = new Lines(text);
        this.fields = fields;
        this.seen = new boolean[fields.size()];
    }

    @Override
    public boolean next(Chunk.Builder into) throws IOException {
        while (lines.advance()) {
            if (!lines.blank()) {
                into.addRecord(parse());
                any = true;
                return true;
            }
        }
        if (!any) {
            throw new BrokenContentException("is empty: not even one record");
        }
        requireEveryFieldSeen();
        return false;
    }

    private String[] parse() throws IOException {
        String[] row = new String[fields.size()];
        Arrays.fill(row, "");
        try (JsonParser parser = JSON.createParser(lines.buffer(), lines.begin(), lines.length())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw notAnObject();
            }
            boolean[] set = new boolean[fields.size()];
            for (int count = 0; parser.nextToken() == JsonToken.FIELD_NAME; count++) {
                String name = parser.currentName();
                if (!any) {
                    firstNames.add(name);
                }
                parser.nextToken();
                take(name, count, parser, row, set);
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw notAnObject();
            }
        } catch (JsonProcessingException e) {
            throw notAnObject();
        }
        return row;
    }

    private void take(String name, int position, JsonParser parser, String[] row, boolean[] set) throws IOException {
        for (int i = 0; i < row.length; i++) {
            if (fields.get(i) instanceof MemberKeyField.Named named) {
                if (!named.field().equals(name)) {
                    continue;
                }
            } else {
                requireOnly(name, position, parser);
            }
            seen[i] = true;
            // A field that is there twice has no one value.
            row[i] = set[i] ? Chunk.INVALID : text(parser);
            set[i] = true;
        }
    }

    private static String text(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> "";
            case VALUE_STRING -> KeyText.of(parser.getText());
            case START_OBJECT, START_ARRAY -> Chunk.INVALID;
            // The text as it stands in the file: no 1.0E21 and no digit lost.
            default -> parser.getText();
        };
    }

    private void requireOnly(String name, int position, JsonParser parser) throws IOException {
        if (position == 0 && onlyName.map(name::equals).orElse(true)) {
            onlyName = Optional.of(name);
            return;
        }
        Set<String> names = new LinkedHashSet<>();
        names.add(onlyName.orElse(name));
        names.add(name);
        parser.skipChildren();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            names.add(parser.currentName());
            parser.nextToken();
            parser.skipChildren();
        }
        throw new BrokenContentException("has several fields (" + new ColumnNames(new ArrayList<>(names)) + ") in line "
                + lines.number() + ": set member-key to the one that holds the member key");
    }

    // A field that no record has is a mistyped name, and would make everybody leave.
    private void requireEveryFieldSeen() throws BrokenContentException {
        for (int i = 0; i < seen.length; i++) {
            if (!seen[i] && fields.get(i) instanceof MemberKeyField.Named named) {
                throw new BrokenContentException("has no record with a field '" + named.field()
                        + "'; the fields of its first record are: " + new ColumnNames(new ArrayList<>(firstNames)));
            }
        }
    }

    private BrokenContentException notAnObject() {
        return new BrokenContentException(
                lines.cutOff()
                        ? "ends in the middle of a record: line " + lines.number() + " is not a whole JSON object"
                        : "is not JSON Lines: line " + lines.number() + " is not one JSON object");
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
