package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.io.Reader;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** How the records are written, as the file's name tells. */
enum FileFormat {
    CSV(List.of(".csv"), CsvRecords::new),
    JSON_LINES(List.of(".jsonl", ".ndjson"), JsonLinesRecords::new);

    static final String ENDINGS = ".csv, .jsonl or .ndjson, or one of these followed by .gz";

    private final List<String> endings;
    private final BiFunction<Reader, List<MemberKeyField>, Records> reading;

    FileFormat(List<String> endings, BiFunction<Reader, List<MemberKeyField>, Records> reading) {
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

    Records records(Reader text, List<MemberKeyField> fields) {
        return reading.apply(text, fields);
    }
}
