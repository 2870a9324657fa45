package io.cohortsync.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The people and the segments of one Customer.io workspace, in memory. As there, whoever is not known is left out of a
 * segment without a word (contracts.md 8.2).
 */
final class CustomerIoWorld {

    private static final String CURSOR = "0:";

    private final SortedMap<Long, CustomerIoPerson> people = new TreeMap<>();
    private final Map<String, Long> byId = new HashMap<>();
    private final Map<String, Long> byEmail = new HashMap<>();
    private final SortedMap<Integer, CustomerIoSegment> segments = new TreeMap<>();
    private long persons;
    private int lastSegment;
    private long ignored;

    /** What a person can be named by in a call. */
    enum IdType {
        ID,
        EMAIL,
        CIO_ID;

        static Optional<IdType> of(String word) {
            return List.of(values()).stream()
                    .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(word))
                    .findFirst();
        }
    }

    /** A page of the people in a segment; {@code next} is empty at the end. */
    record Page(List<CustomerIoPerson> people, String next) {}

    /** Makes somebody known, or tells the other identifier of somebody who is. */
    synchronized void identify(Optional<String> id, Optional<String> email) {
        Optional<Long> known =
                id.map(byId::get).or(() -> email.map(CustomerIoWorld::folded).map(byEmail::get));
        long number = known.orElseGet(() -> ++persons);
        Optional<CustomerIoPerson> before = Optional.ofNullable(people.get(number));
        CustomerIoPerson now = new CustomerIoPerson(
                number,
                id.or(() -> before.flatMap(CustomerIoPerson::id)),
                email.or(() -> before.flatMap(CustomerIoPerson::email)));
        people.put(number, now);
        now.id().ifPresent(value -> byId.put(value, number));
        now.email().ifPresent(value -> byEmail.put(folded(value), number));
    }

    /** E-mail addresses are compared without case (contracts.md 8.2). */
    private static String folded(String email) {
        return email.toLowerCase(Locale.ROOT);
    }

    /** Adds people to a manual segment, or removes them; those it does not know are ignored. */
    synchronized void change(int segment, IdType type, List<String> ids, boolean add)
            throws CustomerIoRefusedException {
        CustomerIoSegment wanted = segment(segment);
        if (!wanted.manual()) {
            throw new CustomerIoRefusedException(400, "segment " + segment + " is not a manual segment");
        }
        for (String id : ids) {
            Optional<Long> person = find(type, id);
            if (person.isEmpty()) {
                ignored++;
            } else if (add) {
                wanted.members().add(person.get());
            } else {
                wanted.members().remove(person.get());
            }
        }
    }

    private Optional<Long> find(IdType type, String id) {
        return switch (type) {
            case ID -> Optional.ofNullable(byId.get(id));
            case EMAIL -> Optional.ofNullable(byEmail.get(folded(id)));
            case CIO_ID ->
                people.values().stream()
                        .filter(person -> person.cioId().equals(id))
                        .map(CustomerIoPerson::number)
                        .findFirst();
        };
    }

    synchronized CustomerIoSegment create(String name, Optional<String> description, boolean manual) {
        CustomerIoSegment segment = CustomerIoSegment.empty(++lastSegment, name, description, manual);
        segments.put(segment.id(), segment);
        return segment;
    }

    synchronized List<CustomerIoSegment> segments() {
        return List.copyOf(segments.values());
    }

    synchronized CustomerIoSegment segment(int id) throws CustomerIoRefusedException {
        CustomerIoSegment segment = segments.get(id);
        if (segment == null) {
            throw new CustomerIoRefusedException(404, "not found");
        }
        return segment;
    }

    synchronized void delete(int id) throws CustomerIoRefusedException {
        segments.remove(segment(id).id());
    }

    /** The next people of a segment; a full page has a cursor even when nobody comes after it (contracts.md 8.3). */
    synchronized Page page(int segment, String start, int limit) throws CustomerIoRefusedException {
        long after = after(start);
        List<CustomerIoPerson> page = new ArrayList<>();
        for (long number : segment(segment).members().tailSet(after + 1)) {
            if (page.size() == limit) {
                break;
            }
            page.add(people.get(number));
        }
        return new Page(page, page.size() < limit ? "" : cursor(page.get(page.size() - 1)));
    }

    private static String cursor(CustomerIoPerson last) {
        return Base64.getEncoder().encodeToString((CURSOR + last.number()).getBytes(StandardCharsets.UTF_8));
    }

    private static long after(String cursor) throws CustomerIoRefusedException {
        if (cursor.isEmpty()) {
            return 0;
        }
        try {
            String decoded = new String(Base64.getDecoder().decode(cursor), StandardCharsets.UTF_8);
            return Long.parseLong(decoded.substring(CURSOR.length()));
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException noCursor) {
            throw new CustomerIoRefusedException(400, "start is no cursor of this segment");
        }
    }

    synchronized List<CustomerIoPerson> people() {
        return List.copyOf(people.values());
    }

    /** People, segments and ids that were ignored, counted. */
    synchronized Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("people", (long) people.size());
        counts.put("segments", (long) segments.size());
        counts.put("ignored", ignored);
        return counts;
    }

    synchronized void forget() {
        people.clear();
        byId.clear();
        byEmail.clear();
        segments.clear();
        persons = 0;
        lastSegment = 0;
        ignored = 0;
    }
}
