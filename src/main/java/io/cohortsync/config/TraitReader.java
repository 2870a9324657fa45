package io.cohortsync.config;

import io.cohortsync.config.From.Cohort;
import io.cohortsync.config.LinkSettings.Integration;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Reads {@code trait} and {@code integration} of a link to Segment. */
final class TraitReader {

    private static final int LONGEST = 1000;
    private static final Integration OURS = new Integration("Cohort Sync", "1.0.0");
    private static final Optional<Integration> AMPLITUDE =
            Optional.of(new Integration("Amplitude Cohort Sync", "1.0.0"));

    /** How the vendors' own integrations with Segment write a cohort. */
    private record Preset(String text, Optional<Integration> integration) {}

    private static final Preset OTHERWISE = new Preset("{name}", Optional.of(OURS));

    /** What the vendor's own integration would write, by source type (contracts, section 2). */
    private static final Map<String, String> USUAL = Map.of("amplitude", "amplitude-engage", "mixpanel", "mixpanel");

    private static final Map<String, Preset> PRESETS = Map.of(
            "amplitude", new Preset("{name} ({id})", AMPLITUDE),
            "amplitude-engage", new Preset("[Amplitude] {name} ({id})", AMPLITUDE),
            "mixpanel", new Preset("Mixpanel - {name}", Optional.empty()));

    private TraitReader() {}

    /**
     * The trait's name, filled in as far as the cohort's name is known.
     *
     * @param sourceType decides what the trait is where nothing is said
     */
    static Optional<String> trait(Node link, Cohort cohort, String sourceType) {
        Node node = link.child("trait");
        Optional<String> given = Scalar.of(node).text();
        if (node.given() && given.isEmpty()) {
            return Optional.empty();
        }
        String text = given.map(word -> preset(word).map(Preset::text).orElse(word))
                .orElse(usual(sourceType).text());
        if (!text.contains("{name}") && !text.contains("{id}")) {
            node.problem("found \"" + text + "\"" + Spelling.hint(text, PRESETS.keySet())
                    + " Accepted: one of " + Spelling.list(PRESETS.keySet())
                    + ", or text that holds {name} or {id}");
            return Optional.empty();
        }
        String trait = cohort.fill(text);
        int length = trait.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST) {
            node.problem("makes a trait of " + length + " bytes for sync \"" + cohort.sync() + "\". Accepted: "
                    + LONGEST + " at most");
            return Optional.empty();
        }
        return Optional.of(trait);
    }

    /** What {@code context.integration} says; empty: it is left out. Parameters as in {@link #trait}. */
    static Optional<Integration> integration(Node link, String sourceType) {
        Node node = link.child("integration");
        if (!node.given()) {
            // Whether the trait is right is told by the other method.
            return link.child("trait")
                    .value()
                    .map(Value::written)
                    .map(word -> preset(word).orElse(OTHERWISE))
                    .orElse(usual(sourceType))
                    .integration();
        }
        if (node.isSection()) {
            node.acceptOnly(Keys.INTEGRATION);
            Optional<String> name = Scalar.of(node.child("name")).requiredText("the integration's name");
            Optional<String> version = Scalar.of(node.child("version")).requiredText("the integration's version");
            return name.flatMap(known -> version.map(number -> new Integration(known, number)));
        }
        Scalar.of(node).word().filter(word -> !word.equals("none")).ifPresent(word -> {
            node.problem("found \"" + word + "\". Accepted: {name: …, version: …}, or none");
        });
        return Optional.empty();
    }

    private static Preset usual(String sourceType) {
        return Optional.ofNullable(USUAL.get(sourceType)).map(PRESETS::get).orElse(OTHERWISE);
    }

    private static Optional<Preset> preset(String word) {
        return Optional.ofNullable(PRESETS.get(word));
    }
}
