package io.cohortsync.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The people one cohort is drawn from, and who of them is in it, as its file says. */
final class Population {

    private static final String STRANGER = "-stranger";
    private static final int ONE_STRANGER_IN = 17;

    private final Path file;
    private final List<String> people;
    private final Random random;
    private final Set<String> members = new TreeSet<>();

    Population(String name, Path directory, int size, Random random) {
        this.file = directory.resolve(name + ".csv");
        this.people = IntStream.range(0, size)
                .mapToObj(i -> name + "-" + i + (i % ONE_STRANGER_IN == 0 ? STRANGER : ""))
                .toList();
        this.random = random;
        write();
    }

    /** Whether some targets have never heard of this person, and never will. */
    static boolean isStranger(String person) {
        return person.endsWith(STRANGER);
    }

    /** Everybody joins or leaves with this chance. */
    int shuffle(double chance) {
        return flip(
                people.stream().filter(person -> random.nextDouble() < chance).toList());
    }

    /** These join if they are out, and leave if they are in. */
    int flip(Collection<String> some) {
        for (String person : some) {
            if (!members.remove(person)) {
                members.add(person);
            }
        }
        write();
        return some.size();
    }

    /** From now on exactly so many are in it, those with the lowest numbers. */
    int become(int size) {
        int before = members.size();
        members.clear();
        members.addAll(people.subList(0, size));
        write();
        return Math.abs(size - before);
    }

    Set<String> members() {
        return members;
    }

    List<String> people() {
        return people;
    }

    private void write() {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, "user_id\n" + String.join("\n", members) + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
