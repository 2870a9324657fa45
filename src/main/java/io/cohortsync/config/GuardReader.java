package io.cohortsync.config;

import io.cohortsync.config.GuardSettings.Limit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code guard}. */
final class GuardReader {

    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)\\s*%");

    private GuardReader() {}

    /** What is given, laid over {@code base}. */
    static GuardSettings read(Node node, GuardSettings base) {
        if (!node.readableAsSection()) {
            return base;
        }
        node.acceptOnly(Keys.GUARD);
        return new GuardSettings(
                limit(node.child("max-exits")).orElse(base.maxExits()),
                Scalar.of(node.child("min-exits")).wholeNumber(0).orElse(base.minExits()),
                Scalar.of(node.child("window")).duration().orElse(base.window()),
                Scalar.of(node.child("allow-empty")).flag().orElse(base.allowEmpty()),
                limit(node.child("max-enters")).orElse(base.maxEnters()),
                Scalar.of(node.child("first-run"))
                        .oneOf(List.of("send", "hold"))
                        .map("hold"::equals)
                        .orElse(base.holdFirstRun()));
    }

    private static Optional<Limit> limit(Node node) {
        return Scalar.of(node).word().flatMap(word -> {
            Optional<Limit> limit = limit(word);
            if (limit.isEmpty()) {
                node.problem("found \"" + word
                        + "\". Accepted: a number of members such as 500, a share from 0% to 100%, or off");
            }
            return limit;
        });
    }

    private static Optional<Limit> limit(String word) {
        // YAML reads a bare "off" as false, and says so where the file cannot be looked at.
        if (word.equals("off") || word.equals("false")) {
            return Optional.of(new Limit.Off());
        }
        Matcher percent = PERCENT.matcher(word);
        if (percent.matches()) {
            return Optional.of(Double.valueOf(percent.group(1)))
                    .filter(share -> share <= 100)
                    .map(Limit.Percent::new);
        }
        return Scalar.number(word, 0).map(Limit.Members::new);
    }
}
