package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The columns that a source has, in their order. */
record ColumnNames(List<String> names) {

    private static final int SHOWN = 20;
    private static final int SHOWN_CHARACTERS = 60;

    /** How a name that somebody wrote is compared with the names that are there. */
    enum Match {
        EXACT,
        EXACT_ELSE_IGNORING_CASE
    }

    /** Where each of the fields is, in their order, as indexes into the names. */
    int[] locate(List<MemberKeyField> fields, Match match) throws BrokenContentException {
        int[] found = new int[fields.size()];
        for (int i = 0; i < found.length; i++) {
            Optional<String> name = fields.get(i).name();
            found[i] = name.isPresent() ? named(name.get(), match) : only();
        }
        return found;
    }

    private int only() throws BrokenContentException {
        if (names.size() != 1) {
            throw new BrokenContentException("has " + names.size() + " columns (" + this
                    + "): set member-key to the one that holds the member key");
        }
        return 0;
    }

    private int named(String name, Match match) throws BrokenContentException {
        int[] found = where(name::equals);
        if (found.length == 0 && match == Match.EXACT_ELSE_IGNORING_CASE) {
            found = where(name::equalsIgnoreCase);
        }
        if (found.length == 0) {
            throw missing(name);
        }
        if (found.length > 1) {
            throw new BrokenContentException("has more than one column '" + name + "' (" + this + ")");
        }
        return found[0];
    }

    private int[] where(Predicate<String> wanted) {
        return IntStream.range(0, names.size())
                .filter(i -> wanted.test(names.get(i)))
                .toArray();
    }

    BrokenContentException missing(String name) {
        return new BrokenContentException("has no column '" + name + "'; its columns are: " + this);
    }

    /** The names for a message. A file without a header shows its first record here; what looks
     * like a value, with an @ or without letters, is left out. */
    @Override
    public String toString() {
        String shown = names.stream().limit(SHOWN).map(ColumnNames::shown).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? shown + " and " + (names.size() - SHOWN) + " more" : shown;
    }

    private static String shown(String name) {
        if (name.isEmpty()) {
            return "(no name)";
        }
        if (name.indexOf('@') >= 0 || name.chars().noneMatch(Character::isLetter)) {
            return "(not shown: looks like a value, is there a header?)";
        }
        return name.length() > SHOWN_CHARACTERS ? name.substring(0, SHOWN_CHARACTERS) + "…" : name;
    }
}
