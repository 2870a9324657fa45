package io.cohortsync.held;

import io.cohortsync.state.StoredTime;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The plans that wait for a person, at most one a link, and what persons have decided. */
@Component
public class HeldPlans {

    private static final int PART = 100_000;
    private static final int ENTER = 1;
    private static final int EXIT = -1;

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    HeldPlans(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** What members whose fingerprints are stored are to a link. */
    private enum Standing {
        HELD,
        APPROVED,
        KEPT;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The plan of a link that waits for a person. */
    public Optional<HeldPlan> of(long link) {
        return jdbc.sql("select id, enters, exits, why, run_id, held_at from held_plan where link_id = ?")
                .param(link)
                .query((rs, i) -> new HeldPlan(
                        rs.getString(1),
                        rs.getLong(2),
                        rs.getLong(3),
                        rs.getString(4),
                        rs.getLong(5),
                        StoredTime.read(rs, 6).orElseThrow()))
                .optional();
    }

    /** What persons have decided about members of a link. */
    public Decisions decisions(long link) {
        Prints mayEnter = load(link, Standing.APPROVED, ENTER);
        Prints mayLeave = load(link, Standing.APPROVED, EXIT);
        Prints kept = load(link, Standing.KEPT, EXIT);
        return new Decisions(mayEnter, mayLeave, kept);
    }

    /** How many members of a link somebody has decided to keep. */
    public long kept(long link) {
        return load(link, Standing.KEPT, EXIT).size();
    }

    /**
     * What a run has found: the plan that waits now, if one does, in place of any other; and that a decision is over about
     * everybody of whom it asks nothing any more. To be called in a transaction that holds the link's row.
     *
     * @param enters who waits to enter, asked only where the plan is new
     * @param exits who waits to leave, likewise
     * @param over of whom a decision is over
     */
    public void found(
            long link, Optional<HeldPlan> plan, Supplier<Prints> enters, Supplier<Prints> exits, Decisions over) {
        Optional<HeldPlan> known = of(link);
        if (plan.isEmpty()) {
            known.ifPresent(gone -> forgetPlan(link));
        } else if (known.filter(same -> same.id().equals(plan.get().id())).isEmpty()) {
            forgetPlan(link);
            insert(link, plan.get());
            store(link, Standing.HELD, ENTER, enters.get());
            store(link, Standing.HELD, EXIT, exits.get());
        }
        remove(link, Standing.APPROVED, ENTER, over.mayEnter());
        remove(link, Standing.APPROVED, EXIT, over.mayLeave());
        remove(link, Standing.KEPT, EXIT, over.kept());
    }

    /** What is held goes as soon as a snapshot still asks for it; false: another plan is held by now, or none. */
    public boolean approve(long link, String plan) {
        return decide(link, plan, () -> {
            add(link, Standing.APPROVED, ENTER, load(link, Standing.HELD, ENTER));
            add(link, Standing.APPROVED, EXIT, load(link, Standing.HELD, EXIT));
        });
    }

    /** Whom the plan would remove stays, until a snapshot holds them again; false: another plan is held by now, or none. */
    public boolean discard(long link, String plan) {
        return decide(link, plan, () -> add(link, Standing.KEPT, EXIT, load(link, Standing.HELD, EXIT)));
    }

    private boolean decide(long link, String plan, Runnable decision) {
        return Boolean.TRUE.equals(transactions.execute(tx -> {
            // A run under way replaces the plan under the same lock.
            jdbc.sql("update link set version = version where id = ?")
                    .param(link)
                    .update();
            if (of(link).filter(held -> held.id().equals(plan)).isEmpty()) {
                return false;
            }
            decision.run();
            forgetPlan(link);
            return true;
        }));
    }

    /** From now on exits of before are no reason to hold others: a person has approved some. */
    public void exitsCountFrom(long link, Instant now) {
        jdbc.sql("update link set exits_count_from = ? where id = ?")
                .params(StoredTime.of(now), link)
                .update();
    }

    /** Since when exits of a link count, if a person has approved some. */
    public Optional<Instant> exitsCountFrom(long link) {
        return jdbc.sql("select exits_count_from from link where id = ?")
                .param(link)
                .query((rs, i) -> StoredTime.read(rs, 1))
                .optional()
                .flatMap(at -> at);
    }

    private void insert(long link, HeldPlan plan) {
        jdbc.sql(
                        "insert into held_plan (link_id, id, enters, exits, why, run_id, held_at) values (?, ?, ?, ?, ?, ?, ?)")
                .params(link, plan.id(), plan.enters(), plan.exits(), plan.why(), plan.run())
                .param(StoredTime.of(plan.since()))
                .update();
    }

    private void forgetPlan(long link) {
        jdbc.sql("delete from held_plan where link_id = ?").param(link).update();
        forget(link, Standing.HELD, ENTER);
        forget(link, Standing.HELD, EXIT);
    }

    private void forget(long link, Standing standing, int direction) {
        jdbc.sql("delete from held_members where link_id = ? and standing = ? and direction = ?")
                .params(link, standing.word(), direction)
                .update();
    }

    private void add(long link, Standing standing, int direction, Prints more) {
        replace(link, standing, direction, load(link, standing, direction).and(more));
    }

    /** Others may have been added since it was known that it is over about these. */
    private void remove(long link, Standing standing, int direction, Prints over) {
        if (!over.isEmpty()) {
            replace(link, standing, direction, load(link, standing, direction).without(over));
        }
    }

    private void replace(long link, Standing standing, int direction, Prints all) {
        forget(link, standing, direction);
        store(link, standing, direction, all);
    }

    private void store(long link, Standing standing, int direction, Prints prints) {
        long[] all = prints.stream().toArray();
        for (int from = 0, part = 0; from < all.length; from += PART, part++) {
            long[] some = Arrays.copyOfRange(all, from, Math.min(from + PART, all.length));
            ByteBuffer bytes = ByteBuffer.allocate(some.length * Long.BYTES);
            bytes.asLongBuffer().put(some);
            jdbc.sql(
                            "insert into held_members (link_id, standing, direction, part, fingerprints) values (?, ?, ?, ?, ?)")
                    .params(link, standing.word(), direction, part, bytes.array())
                    .update();
        }
    }

    private Prints load(long link, Standing standing, int direction) {
        List<byte[]> parts = jdbc.sql("select fingerprints from held_members"
                        + " where link_id = ? and standing = ? and direction = ? order by part")
                .params(link, standing.word(), direction)
                .query((rs, i) -> rs.getBytes(1))
                .list();
        return Prints.of(parts.stream().flatMapToLong(HeldPlans::longs));
    }

    private static LongStream longs(byte[] bytes) {
        long[] values = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(values);
        return Arrays.stream(values);
    }
}
