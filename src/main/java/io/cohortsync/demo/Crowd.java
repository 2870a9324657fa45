package io.cohortsync.demo;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Invents customers: believable, unique by id and e-mail address, and the same for the same randomness. */
final class Crowd {

    private static final List<String> GIVEN_NAMES = List.of(
            "Ada", "Amir", "Ana", "Ben", "Bea", "Carlos", "Chloe", "Daniel", "Deniz", "Elena", "Emil", "Fatima",
            "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jana", "Jonas", "Kemal", "Lara", "Leo", "Lucía", "Malik",
            "Maya", "Mila", "Nadia", "Noah", "Nora", "Olga", "Omar", "Paula", "Priya", "Rafael", "Renée", "Sam",
            "Sofia", "Tariq", "Theo", "Uma", "Victor", "Wei", "Yara", "Yuki", "Zoë");

    private static final List<String> FAMILY_NAMES = List.of(
            "Almeida",
            "Andersson",
            "Bauer",
            "Becker",
            "Brown",
            "Chen",
            "Costa",
            "Dubois",
            "Eriksen",
            "Fischer",
            "García",
            "Haddad",
            "Hansen",
            "Ito",
            "Ivanova",
            "Jansen",
            "Kaya",
            "Khan",
            "Kowalski",
            "Kumar",
            "Larsen",
            "Lopez",
            "Martin",
            "Meyer",
            "Moreau",
            "Müller",
            "Nakamura",
            "Novak",
            "O'Brien",
            "Okafor",
            "Park",
            "Patel",
            "Petrov",
            "Rossi",
            "Santos",
            "Schmidt",
            "Silva",
            "Singh",
            "Smith",
            "Suzuki",
            "Tanaka",
            "Taylor",
            "Weber",
            "Wilson",
            "Yilmaz",
            "Zhang");

    private static final List<String> MAIL_DOMAINS = List.of("example.com", "example.com", "example.org");

    private static final List<String> PLANS = List.of("free", "free", "free", "basic", "basic", "pro");

    private static final int IDS = 1 << 24;

    private final RandomGenerator random;
    private final Set<String> userIds = new HashSet<>();
    private final Map<String, Integer> namesakes = new HashMap<>();

    Crowd(RandomGenerator random) {
        this.random = random;
    }

    /** That many customers, of whom the first ones are at risk of churn. */
    List<Customer> invent(int customers, int atRisk) {
        List<Customer> crowd = new ArrayList<>(customers);
        for (int i = 0; i < customers; i++) {
            String given = oneOf(GIVEN_NAMES);
            String family = oneOf(FAMILY_NAMES);
            crowd.add(new Customer(
                    userId(),
                    email(given, family),
                    given + " " + family,
                    oneOf(PLANS),
                    1 + random.nextInt(60),
                    i < atRisk ? highRisk(random) : lowRisk(random)));
        }
        return crowd;
    }

    /** A risk above the threshold, with two digits. */
    static double highRisk(RandomGenerator random) {
        return (81 + random.nextInt(19)) / 100.0;
    }

    /** A risk below the threshold, with two digits. */
    static double lowRisk(RandomGenerator random) {
        return (1 + random.nextInt(79)) / 100.0;
    }

    private String userId() {
        String userId;
        do {
            userId = String.format(Locale.ROOT, "cus_%06x", random.nextInt(IDS));
        } while (!userIds.add(userId));
        return userId;
    }

    private String email(String given, String family) {
        String local = plain(given) + "." + plain(family);
        int namesake = namesakes.merge(local, 1, Integer::sum);
        return local + (namesake == 1 ? "" : namesake) + "@" + oneOf(MAIL_DOMAINS);
    }

    private static String plain(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFD)
                .replaceAll("[^A-Za-z]", "")
                .toLowerCase(Locale.ROOT);
    }

    private String oneOf(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }
}
