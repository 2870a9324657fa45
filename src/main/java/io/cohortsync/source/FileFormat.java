package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** How the records are written, as the file's name tells. */
enum FileFormat {
    CSV(List.of(".csv"), PlainRows::new),
    JSON_LINES(
            List.of(".jsonl", ".ndjson"), (content, fields) -> new JsonLinesRecords(new Utf8Text(content, 0), fields));

    static final String ENDINGS = ".csv, .jsonl or .ndjson, or one of these followed by .gz";

    private final List<String> endings;
    private final BiFunction<InputStream, List<MemberKeyField>, Records> reading;

    FileFormat(List<String> endings, BiFunction<InputStream, List<MemberKeyField>, Records> reading) {
        this.endings = endings;
        this.reading = reading;
    }

    static Optional<FileFormat> of(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        String plain = name.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name;
        for (FileFormat format : values()) {
            if (format.endings.stream().anyMatch(plain::endsWith)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    Records records(InputStream content, List<MemberKeyField> fields) {
        return reading.apply(content, fields);
    }
}
