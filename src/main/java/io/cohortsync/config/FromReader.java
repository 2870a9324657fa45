package io.cohortsync.config;

import io.cohortsync.config.From.Cohort;
import io.cohortsync.config.MemberKeyField.Named;
import io.cohortsync.config.MemberKeyField.OnlyColumn;
import io.cohortsync.config.MemberKeyField.Property;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads {@code from}: which cohort of which source. */
final class FromReader {

    private static final String PROPERTY = "property:";

    private final Declared<SourceSettings> sources;

    FromReader(Declared<SourceSettings> sources) {
        this.sources = sources;
    }

    From read(String sync, Node node) {
        if (!Scalar.of(node).given("the source and the cohort to read") || !node.readableAsSection()) {
            return new From(
                    Optional.empty(),
                    List.of(cohort(sync, Optional.empty(), sync)),
                    new OnlyColumn(),
                    false,
                    Optional.empty());
        }
        node.acceptOnly(Keys.FROM);
        Optional<String> source = sources.named(node.child("source"), "source");
        String type = source.map(sources.types()::get).orElse("");
        Optional<String> given = Scalar.of(node.child("cohort-name")).text();
        String name = given.orElse(sync);
        List<Cohort> cohorts = new ArrayList<>();
        if (type.equals("sql")) {
            refuse(node.child("cohort"), "a sql source is read with \"query\"");
            refuse(node.child("cohorts"), "a sql source is read with \"query\": write one sync for each");
            Optional<String> query = Scalar.of(node.child("query")).requiredText("the SQL that selects the members");
            cohorts.add(cohort(sync, query, name));
        } else {
            if (!type.isEmpty()) {
                refuse(
                        node.child("query"),
                        "only a sql source takes a query; a " + type + " source is read with \"cohort\"");
            }
            if (node.child("cohorts").given()) {
                refuse(node.child("cohort"), "give either \"cohort\" or \"cohorts\"");
                cohorts.addAll(several(sync, type, node.child("cohorts"), given));
            } else if (!type.isEmpty() || !node.child("query").given()) {
                Optional<String> text = one(type, node.child("cohort"));
                cohorts.add(cohort(sync, text, name));
            }
        }
        if (cohorts.isEmpty()) {
            cohorts.add(cohort(sync, Optional.empty(), name));
        }
        Optional<SourceSettings> settings = source.map(sources.settings()::get);
        boolean pushed =
                settings.filter(known -> pushed(node.child("via"), known)).isPresent();
        if (settings.isPresent() && !pushed) {
            refuse(node.child("stale-after"), "is for cohorts that are pushed to us");
        }
        return new From(
                settings,
                vendors(type)
                        ? cohorts.stream().map(cohort -> vendors(cohort, given)).toList()
                        : cohorts,
                memberKey(node.child("member-key"), settings).orElseGet(() -> usual(settings)),
                pushed,
                Scalar.of(node.child("stale-after")).duration());
    }

    /** Whether a type of source knows its cohorts by an id of their own, and may tell their names. */
    private static boolean vendors(String type) {
        return !type.isEmpty() && !type.equals("sql") && !type.equals("file");
    }

    private static Cohort vendors(Cohort cohort, Optional<String> name) {
        return new Cohort(cohort.sync(), cohort.cohort(), cohort.cohort().orElse(cohort.sync()), name);
    }

    private static boolean pushed(Node via, SourceSettings source) {
        List<String> ways = source.polled() && source.pushed()
                ? List.of("poll", "push")
                : List.of(source.pushed() ? "push" : "poll");
        Optional<String> way = Scalar.of(via).oneOf(ways);
        if (way.isEmpty() && !via.given() && ways.size() > 1) {
            via.problem("is missing: source \"" + source.name() + "\" can be polled and is pushed to; say which, poll"
                    + " or push");
        }
        return way.orElse(ways.get(0)).equals("push");
    }

    private static MemberKeyField usual(Optional<SourceSettings> source) {
        return source.map(SourceSettings::fields).stream()
                .flatMap(List::stream)
                .findFirst()
                .<MemberKeyField>map(Named::new)
                .orElse(new OnlyColumn());
    }

    /** The field that {@code member-key} names, if it names one that the source can have. */
    static Optional<MemberKeyField> memberKey(Node node, Optional<SourceSettings> source) {
        List<String> fields = source.map(SourceSettings::fields).orElse(List.of());
        return Scalar.of(node).text().map(String::strip).flatMap(text -> {
            boolean property = text.startsWith(PROPERTY);
            String field = property ? text.substring(PROPERTY.length()).strip() : text;
            if (field.isEmpty()) {
                node.problem("found \"" + text + "\". Accepted: the name of a field, or \"property:\" and a name");
                return Optional.empty();
            }
            if (!property && !fields.isEmpty() && !fields.contains(field)) {
                node.problem("found \"" + text + "\"" + Spelling.hint(text, fields) + " Accepted: "
                        + Spelling.list(fields) + ", or \"" + PROPERTY + text + "\" for a property of that name");
                return Optional.empty();
            }
            return Optional.of(property && !fields.isEmpty() ? new Property(field) : new Named(field));
        });
    }

    private static List<Cohort> several(String sync, String type, Node node, Optional<String> name) {
        if (node.isBlank()) {
            node.problem("is empty. Accepted: names and cohorts, such as {trial: \"aaa111\"}");
        }
        List<Cohort> cohorts = new ArrayList<>();
        node.named().forEach((key, child) -> {
            if (Names.check(key, child)) {
                String expanded = sync + "-" + key;
                cohorts.add(cohort(expanded, one(type, child), name.orElse(expanded)));
            }
        });
        return cohorts;
    }

    private static Optional<String> one(String type, Node node) {
        boolean file = type.equals("file");
        Optional<String> text = Scalar.of(node)
                .requiredText(file ? "the cohort's file, such as \"trial.csv\"" : "which cohort of the source");
        if (file && text.filter(FromReader::leadsOutside).isPresent()) {
            node.problem("found \"" + text.get() + "\". Accepted: a file inside the source's directory, such as"
                    + " \"trial.csv\"");
            return Optional.empty();
        }
        return text;
    }

    private static boolean leadsOutside(String file) {
        return file.matches("([/\\\\]|[A-Za-z]:).*")
                || Arrays.asList(file.split("[/\\\\]")).contains("..");
    }

    private static void refuse(Node node, String message) {
        if (node.given()) {
            node.problem(message);
        }
    }

    /** A file and a query have no id of their own: the sync's name stands for it. */
    private static Cohort cohort(String sync, Optional<String> text, String name) {
        return new Cohort(sync, text, sync, Optional.of(name));
    }
}
