package io.cohortsync.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A cohort of the stand-in for Amplitude; whoever calls it keeps others away. */
final class AmplitudeCohort {

    private final String id;
    private final Instant createdAt;
    private AmplitudeAbout about;
    private List<AmplitudePerson> people = new ArrayList<>();
    private Instant lastMod;
    private Instant lastComputed;

    AmplitudeCohort(String id, AmplitudeAbout about, Instant now) {
        this.id = id;
        this.about = about;
        this.createdAt = now;
        this.lastMod = now;
        this.lastComputed = now;
    }

    /**
     * A cohort without its members.
     *
     * @param lastComputed and {@code size} (the rows of its file): empty before it is finished
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record View(
            String id,
            @JsonUnwrapped AmplitudeAbout about,
            Instant createdAt,
            Instant lastMod,
            Optional<Instant> lastComputed,
            Optional<Integer> size) {}

    /** Its people as they are now. */
    record Content(AmplitudeAbout about, List<AmplitudePerson> people) {}

    View view() {
        return new View(
                id,
                about,
                createdAt,
                lastMod,
                Optional.of(lastComputed).filter(time -> about.finished()),
                Optional.of(people.size()).filter(size -> about.finished()));
    }

    Content content() {
        return new Content(about, List.copyOf(people));
    }

    Set<String> shownMembers() {
        return people.stream().map(AmplitudePerson::shown).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Does not compute it: its time stays, as when people change and Amplitude has not looked yet. */
    void change(AmplitudeAbout.Change change, Instant now) {
        about = about.with(change);
        change.members().ifPresent(members -> people = new ArrayList<>(members));
        lastMod = now;
    }

    /** Moves its time, by a second at least, since Amplitude tells it in seconds. */
    void compute(Instant now) {
        Instant next = lastComputed.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        lastComputed = now.isAfter(next) ? now : next;
        about = about.computed();
    }

    void add(Collection<String> ids, boolean amplitudeIds) {
        Set<String> there = new HashSet<>();
        for (AmplitudePerson person : people) {
            there.add(person.id(amplitudeIds));
        }
        for (String newcomer : ids) {
            if (there.add(newcomer)) {
                people.add(amplitudeIds ? AmplitudePerson.ofAmplitudeId(newcomer) : AmplitudePerson.ofUserId(newcomer));
            }
        }
    }

    void remove(Collection<String> ids, boolean amplitudeIds) {
        Set<String> leavers = new HashSet<>(ids);
        people.removeIf(person -> leavers.contains(person.id(amplitudeIds)));
    }
}
