package io.cohortsync.chaos;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everything that ever arrived, in its order: what came twice, and which exits came without their enter. */
final class Ledger {

    private final Map<Place, Map<String, Boolean>> last = new EnumMap<>(Place.class);
    private final Map<Place, Long> again = new EnumMap<>(Place.class);
    private final Map<Place, Long> strayExits = new EnumMap<>(Place.class);

    void add(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            Boolean before = last.computeIfAbsent(arrival.place(), place -> new HashMap<>())
                    .put(arrival.member(), arrival.enter());
            // Whom a vendor does not know is offered again when due, and nobody can say who has arrived.
            boolean tells = arrival.place().knowsEverybody() || !Population.isStranger(arrival.member());
            if (tells && before == null && !arrival.enter()) {
                strayExits.merge(arrival.place(), 1L, Long::sum);
            } else if (tells && before != null && before == arrival.enter()) {
                again.merge(arrival.place(), 1L, Long::sum);
            }
        }
    }

    /** Changes that came although the same had come last. */
    long again(Place place) {
        return again.getOrDefault(place, 0L);
    }

    /** Exits of members whose enter never arrived. */
    long strayExits(Place place) {
        return strayExits.getOrDefault(place, 0L);
    }
}
