package io.cohortsync.readback;

import io.cohortsync.delivery.DeliveryStore;
import io.cohortsync.diff.Doubt;
import io.cohortsync.membership.MembershipStore;
import io.cohortsync.membership.MembershipStore.Member;
import io.cohortsync.membership.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.springframework.stereotype.Component;

/**
 * Compares who is acknowledged with who is there. Of people in doubt, and of those whom something changed for so short a
 * time ago that the target may not show it yet, nothing is concluded.
 */
@Component
class Differences {

    /** Nobody says how soon Customer.io or Amplitude show a change; this is ample. */
    static final Duration SETTLING = Duration.ofMinutes(5);

    private static final int AT_ONCE = 1_000;
    private static final int SAMPLE = 10;

    private final MembershipStore members;
    private final DeliveryStore deliveries;

    Differences(MembershipStore members, DeliveryStore deliveries) {
        this.members = members;
        this.deliveries = deliveries;
    }

    /** @param absent is given those missing, a thousand at a time at most */
    Difference of(ReadBack readBack, Consumer<List<Member>> absent) {
        readBack.askAnew();
        long link = readBack.link().id();
        Instant settled = readBack.begunAt().minus(SETTLING);
        Set<String> inDoubt = deliveries.doubts(link).stream().map(Doubt::key).collect(Collectors.toSet());
        List<String> sample = new ArrayList<>();
        long missing = 0;
        long settling = 0;
        for (List<Long> prints : suspects(readBack)) {
            List<Member> notThere = members.find(link, prints).stream()
                    .filter(member -> member.standing() == Standing.ACKNOWLEDGED
                            && member.nextTry().isEmpty()
                            && !readBack.holds(member.key()))
                    .toList();
            Set<Member> longSince = Set.copyOf(members.acknowledgedBefore(link, prints, settled));
            List<Member> certain = notThere.stream()
                    .filter(member -> longSince.contains(member) && !inDoubt.contains(member.key()))
                    .toList();
            if (!certain.isEmpty()) {
                absent.accept(certain);
            }
            certain.stream().limit(SAMPLE - sample.size()).forEach(member -> sample.add(member.key()));
            missing += certain.size();
            settling += notThere.size() - certain.size();
        }
        askForThoseWhoseRemovalWasRefused(readBack);
        long notAcknowledged = readBack.notAskedFor();
        inDoubt.forEach(readBack::holds);
        deliveries.leftSince(link, settled, readBack::holds);
        long extra = readBack.notAskedFor();
        return new Difference(readBack.size(), missing, extra, settling + notAcknowledged - extra, sample);
    }

    /** The fingerprints of acknowledged members of whom nobody there has the same; some may be spelt otherwise. */
    private List<List<Long>> suspects(ReadBack readBack) {
        LongStream.Builder found = LongStream.builder();
        members.acknowledged(readBack.link().id(), Long.MIN_VALUE, Long.MAX_VALUE, print -> {
            if (!readBack.holds(print)) {
                found.add(print);
            }
        });
        return pages(found.build().sorted().distinct().toArray());
    }

    /** They are acknowledged, and the target is not expected to hold them. */
    private void askForThoseWhoseRemovalWasRefused(ReadBack readBack) {
        long link = readBack.link().id();
        LongStream.Builder found = LongStream.builder();
        members.turnedDown(link, Long.MIN_VALUE, Long.MAX_VALUE, (print, standing, nextTry) -> {
            if (standing == Standing.ACKNOWLEDGED && !readBack.holds(print)) {
                found.add(print);
            }
        });
        pages(found.build().sorted().distinct().toArray())
                .forEach(prints -> members.find(link, prints).forEach(member -> readBack.holds(member.key())));
    }

    /** A view, so that millions of them take no more than their 8 bytes each. */
    private static List<List<Long>> pages(long[] prints) {
        return new AbstractList<>() {
            @Override
            public List<Long> get(int page) {
                int from = page * AT_ONCE;
                return Arrays.stream(prints, from, Math.min(from + AT_ONCE, prints.length))
                        .boxed()
                        .toList();
            }

            @Override
            public int size() {
                return (prints.length + AT_ONCE - 1) / AT_ONCE;
            }
        };
    }
}
