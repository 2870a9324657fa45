package io.cohortsync.config;

import io.cohortsync.config.From.Cohort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code to}: the links of a sync. */
final class LinksReader {

    private final Declared<TargetSettings> targets;

    /** Who writes a trait, a cohort or a segment, by target and what it is, over all syncs. */
    private final Map<List<?>, String> writers = new HashMap<>();

    LinksReader(Declared<TargetSettings> targets) {
        this.targets = targets;
    }

    List<LinkSettings> read(Node to, From from, Cohort cohort) {
        if (!to.given() || to.isBlank()) {
            to.problem("is " + (to.given() ? "empty" : "missing") + ": a list of at least one target");
            return List.of();
        }
        Collection<Node> entries = to.isList() ? to.children().values() : List.of(to);
        Set<String> seen = new HashSet<>();
        List<LinkSettings> links = new ArrayList<>();
        for (Node entry : entries) {
            target(entry).ifPresent(target -> {
                if (seen.add(target)) {
                    link(entry, target, from, cohort).ifPresent(links::add);
                } else {
                    entry.problem("target \"" + target + "\" is listed twice in this sync: leave one of them out");
                }
            });
        }
        return links;
    }

    private Optional<String> target(Node entry) {
        Node name = entry.isSection() ? entry.child("target") : entry;
        Optional<String> target = targets.named(name, "target");
        if (entry.isSection()) {
            if (entry.child("traits").given()) {
                entry.child("traits")
                        .problem("sending attributes along is deliberately not done: only membership is sent");
            }
            entry.acceptOnly(accepted(target.map(targets.types()::get).orElse("")), Set.of("traits"));
        }
        return target;
    }

    private static Collection<String> accepted(String type) {
        Set<String> accepted = new LinkedHashSet<>(Keys.TO);
        if (type.isEmpty()) {
            // The mistake is in the target, so any target's keys may be right.
            Keys.TO_OF_TYPE.values().forEach(accepted::addAll);
        }
        accepted.addAll(Keys.TO_OF_TYPE.getOrDefault(type, List.of()));
        return accepted;
    }

    private Optional<LinkSettings> link(Node entry, String target, From from, Cohort cohort) {
        MemberKeyField memberKey =
                FromReader.memberKey(entry.child("member-key"), from.source()).orElse(from.memberKey());
        String type = targets.types().get(target);
        Optional<ListReader.Kind> kind = ListReader.kind(type);
        Optional<ListSettings> list = kind.flatMap(known -> ListReader.read(
                entry, known, Optional.ofNullable(targets.settings().get(target)), cohort));
        Normalize normalize = Scalar.of(entry.child("normalize"))
                .oneOf(List.of("none", "trim", "lower"))
                .map(word -> Normalize.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(usual(list));
        OnRename onRename = Scalar.of(entry.child("on-rename"))
                .oneOf(List.of("pin", "migrate"))
                .map(word -> OnRename.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(OnRename.PIN);
        boolean enabled = Scalar.of(entry.child("enabled")).flag().orElse(true);
        boolean segment = "segment".equals(type);
        Optional<String> source = from.source().map(SourceSettings::name);
        String sourceType = from.source().map(SourceSettings::type).orElse("");
        Optional<String> trait = segment ? TraitReader.trait(entry, cohort, sourceType) : Optional.empty();
        trait.ifPresent(name -> claim(
                entry,
                target,
                cohort,
                source,
                "trait \"" + name + "\"",
                "give one of them another \"trait\" or \"cohort-name\""));
        list.ifPresent(wanted -> claim(
                entry,
                target,
                cohort,
                source,
                kind.orElseThrow().list() + " " + wanted.which(),
                wanted.id().isPresent()
                        ? "leave one of them out"
                        : "give one of them another \"" + kind.orElseThrow().nameKey() + "\""));
        Optional<LinkSettings.Integration> integration =
                segment ? TraitReader.integration(entry, sourceType) : Optional.empty();
        Optional<String> integrations =
                segment ? IntegrationsReader.read(entry.child("integrations")) : Optional.empty();
        return Optional.ofNullable(targets.settings().get(target))
                .map(settings -> new LinkSettings(
                        cohort.sync(),
                        settings,
                        enabled,
                        memberKey,
                        normalize,
                        onRename,
                        cohort.name().isEmpty(),
                        trait,
                        integration,
                        integrations,
                        list));
    }

    /** E-mail addresses are compared without regard to case (contracts, section 9, trap 3). */
    private static Normalize usual(Optional<ListSettings> list) {
        return list.filter(known -> known.idType().equals("email")).isPresent() ? Normalize.LOWER : Normalize.TRIM;
    }

    private void claim(Node entry, String target, Cohort cohort, Optional<String> source, String what, String remedy) {
        // Two names may stand for one place.
        List<?> place = Optional.ofNullable(targets.settings().get(target))
                .<List<?>>map(known ->
                        List.of(known.type(), known.secrets(), known.options().getOrDefault("base-url", "")))
                .orElse(List.of(target));
        String link = cohort.sync() + " → " + target;
        // A name that is not known yet is its cohort's: two of one cohort will be the same.
        boolean known = cohort.name().isPresent() || !what.contains("{name}");
        String whose = known ? "" : cohort.cohort().orElse("") + " of " + source.orElse("");
        String other = writers.putIfAbsent(List.of(place, what, whose), link);
        if (other != null && !other.equals(link)) {
            entry.problem("links " + other + " and " + link + " would both write the " + what + ": " + remedy);
        }
    }
}
