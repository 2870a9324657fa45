package io.cohortsync.config;

import io.cohortsync.config.From.Cohort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads which cohort or segment a link fills, at a target that keeps lists of people. */
final class ListReader {

    private static final Pattern TYPO = Pattern.compile("\\{(?!(?:name|id)})([A-Za-z-]+)}");

    /** As much as is remembered of a link. */
    private static final int LONGEST_ID = 200;

    /**
     * How a type of target speaks of its lists.
     *
     * @param idTypes the first is the default
     * @param numbered whether ids are whole numbers (contracts, section 8.2)
     * @param owned whether a new list needs an owner (contracts, section 4.1)
     * @param nameSecret the target's secret without which no list is found or created by its name (contracts, section 8.1)
     */
    record Kind(
            String list,
            String nameKey,
            String idKey,
            List<String> idTypes,
            boolean numbered,
            boolean owned,
            Optional<String> nameSecret) {}

    private static final Map<String, Kind> KINDS = Map.of(
            "amplitude-cohorts",
            new Kind(
                    "cohort",
                    "cohort-name",
                    "cohort-id",
                    List.of("user-id", "amplitude-id"),
                    false,
                    true,
                    Optional.empty()),
            "customerio",
            new Kind(
                    "segment",
                    "segment",
                    "segment-id",
                    List.of("id", "email", "cio_id"),
                    true,
                    false,
                    Optional.of("app-api-key")));

    private ListReader() {}

    /** How this type of target speaks of lists, if it keeps any. */
    static Optional<Kind> kind(String type) {
        return Optional.ofNullable(KINDS.get(type));
    }

    /** @param target its settings; empty if there is a mistake in them */
    static Optional<ListSettings> read(Node link, Kind kind, Optional<TargetSettings> target, Cohort cohort) {
        Node idNode = link.child(kind.idKey());
        Node nameNode = link.child(kind.nameKey());
        Optional<String> id = id(idNode, kind);
        if (idNode.given() && nameNode.given()) {
            nameNode.problem("give either \"" + kind.nameKey() + "\" or \"" + kind.idKey() + "\"");
        }
        kind.nameSecret()
                .filter(secret -> !idNode.given())
                .filter(secret -> target.filter(known -> !known.secrets().containsKey(secret))
                        .isPresent())
                .ifPresent(secret -> idNode.problem("is missing: without \"" + secret + "\" at the target, no "
                        + kind.list() + " can be found or created by its name"));
        Optional<String> name = name(nameNode, cohort);
        String idType = Scalar.of(link.child("id-type"))
                .oneOf(kind.idTypes())
                .orElse(kind.idTypes().get(0));
        boolean adopt = Scalar.of(link.child("if-exists"))
                .oneOf(List.of("fail", "adopt"))
                .filter("adopt"::equals)
                .isPresent();
        Optional<String> owner = kind.owned() ? owner(link, kind, target, idNode.given()) : Optional.empty();
        return name.map(text -> new ListSettings(id, text, adopt, idType, owner));
    }

    private static Optional<String> id(Node node, Kind kind) {
        if (kind.numbered()) {
            return Scalar.of(node).wholeNumber(1).map(String::valueOf);
        }
        Optional<String> id = Scalar.of(node).text().map(String::strip);
        if (id.filter(text -> text.length() > LONGEST_ID).isPresent()) {
            node.problem("has " + id.get().length() + " characters. Accepted: " + LONGEST_ID + " at most");
            return Optional.empty();
        }
        return id;
    }

    private static Optional<String> name(Node node, Cohort cohort) {
        Optional<String> given = Scalar.of(node).text().map(String::strip);
        if (node.given() && given.isEmpty()) {
            return Optional.empty();
        }
        String text = given.orElse("{name}");
        Matcher typo = TYPO.matcher(text);
        if (typo.find()) {
            node.problem("found \"" + typo.group() + "\"" + Spelling.hint(typo.group(1), List.of("name", "id"))
                    + " Accepted: text, in which {name} and {id} stand for the cohort's");
            return Optional.empty();
        }
        return Optional.of(cohort.fill(text));
    }

    private static Optional<String> owner(Node link, Kind kind, Optional<TargetSettings> target, boolean there) {
        Node node = link.child("owner");
        Optional<String> owner = Scalar.of(node)
                .text()
                .map(String::strip)
                .or(() -> target.map(settings -> settings.options().get("owner")));
        if (owner.isEmpty() && !node.given() && !there && target.isPresent()) {
            node.problem("is missing: the login e-mail of whom the " + kind.list()
                    + " will belong to, here or at the target; none is needed with \"" + kind.idKey() + "\"");
        }
        return owner;
    }
}
