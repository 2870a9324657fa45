package io.cohortsync.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What README.md shows, taken from it, so that it cannot be wrong for long. */
public final class Readme {

    private Readme() {}

    /** The block of YAML that begins with this line. */
    public static String yaml(String firstLine) {
        try {
            String text = Files.readString(Path.of(System.getProperty("basedir", "."), "README.md"));
            Matcher block = Pattern.compile(
                            "^```yaml\\n(" + Pattern.quote(firstLine) + "\\n.*?)^```$",
                            Pattern.MULTILINE | Pattern.DOTALL)
                    .matcher(text);
            if (!block.find()) {
                throw new AssertionError("README.md has no block that begins with " + firstLine);
            }
            return block.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
