package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The people that the stand-in for Segment knows, in memory. All write keys share one world.
 *
 * <p>It does with events what Segment does after its 200 (contracts.md 1.2 to 1.4): too many events in one call are
 * silently rejected, events without a person are dropped, a repeated messageId is dropped, and identify merges traits.
 */
final class SegmentWorld {

    // Immutable small maps keep a million users affordable and may leave the lock.
    private final Map<String, Map<String, JsonNode>> users = new HashMap<>();

    private final Set<String> messageIds;

    private final Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);

    private long received;
    private long applied;
    private long duplicates;
    private long oversized;

    SegmentWorld() {
        this(SegmentLimits.REMEMBERED_MESSAGE_IDS);
    }

    SegmentWorld(int rememberedMessageIds) {
        messageIds = Collections.newSetFromMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > rememberedMessageIds;
            }
        });
    }

    /** Takes the events of one call, all of which was answered with 200. */
    synchronized void take(List<SegmentEvent> events) {
        received += events.size();
        if (events.size() > SegmentLimits.BATCH_EVENTS) {
            oversized += events.size();
            return;
        }
        events.forEach(this::take);
    }

    private void take(SegmentEvent event) {
        Optional<DropReason> reason = event.dropReason();
        if (reason.isPresent()) {
            dropped.merge(reason.get(), 1L, Long::sum);
        } else if (event.messageId().isPresent()
                && !messageIds.add(event.messageId().get())) {
            duplicates++;
        } else {
            applied++;
            apply(event);
        }
    }

    private void apply(SegmentEvent event) {
        if (event.identifies()) {
            event.userId().ifPresent(userId -> users.merge(userId, Map.copyOf(event.traits()), SegmentWorld::merged));
        }
    }

    private static Map<String, JsonNode> merged(Map<String, JsonNode> old, Map<String, JsonNode> update) {
        Map<String, JsonNode> merged = new HashMap<>(old);
        merged.putAll(update);
        return Map.copyOf(merged);
    }

    /** The traits of a user, by name; empty when nobody was identified by that id. */
    synchronized Optional<Map<String, JsonNode>> traitsOf(String userId) {
        return Optional.ofNullable(users.get(userId)).map(TreeMap::new);
    }

    /** How many users have a trait true and how many false; any other value counts as neither. */
    synchronized TraitCount count(String trait) {
        long isTrue = 0;
        long isFalse = 0;
        for (Map<String, JsonNode> traits : users.values()) {
            JsonNode value = traits.get(trait);
            if (value != null && value.isBoolean()) {
                isTrue += value.booleanValue() ? 1 : 0;
                isFalse += value.booleanValue() ? 0 : 1;
            }
        }
        return new TraitCount(isTrue, isFalse);
    }

    /** The ids of the users whose trait is true, sorted. */
    List<String> members(String trait) {
        List<String> members = new ArrayList<>();
        synchronized (this) {
            users.forEach((userId, traits) -> {
                JsonNode value = traits.get(trait);
                if (value != null && value.isBoolean() && value.booleanValue()) {
                    members.add(userId);
                }
            });
        }
        Collections.sort(members);
        return members;
    }

    synchronized EventCounts counts() {
        Map<String, Long> reasons = new LinkedHashMap<>();
        for (DropReason reason : DropReason.values()) {
            reasons.put(reason.code(), dropped.getOrDefault(reason, 0L));
        }
        long allDropped = dropped.values().stream().mapToLong(Long::longValue).sum();
        return new EventCounts(received, applied, duplicates, allDropped, reasons, oversized, users.size());
    }

    synchronized void forget() {
        users.clear();
        messageIds.clear();
        dropped.clear();
        received = 0;
        applied = 0;
        duplicates = 0;
        oversized = 0;
    }

    /** How many users have a trait true and how many false. */
    record TraitCount(long isTrue, long isFalse) {}

    /**
     * What became of the events; received = applied + duplicates + dropped + oversized.
     *
     * @param oversized events of calls with more than 2,500 of them
     * @param users how many people were ever identified
     */
    record EventCounts(
            long received,
            long applied,
            long duplicates,
            long dropped,
            Map<String, Long> dropReasons,
            long oversized,
            long users) {}
}
