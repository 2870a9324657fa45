package io.cohortsync.held;

import io.cohortsync.state.StoredTime;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.function.LongConsumer;
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
        return jdbc.sql("select id, enters, exits, why, run_id, held_at from held_plan"
                        + " where link_id = ? and decided is null")
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

    /** What a person has said of the plan that the last run has held, in words, until the next run goes by it. */
    public Optional<String> decided(long link) {
        return jdbc.sql("select id, decided from held_plan where link_id = ? and decided is not null")
                .param(link)
                .query((rs, i) -> "plan " + rs.getString(1) + " is " + rs.getString(2) + "; the next run goes by that")
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
        return jdbc.sql("select coalesce(sum(members), 0) from held_members where link_id = ? and standing = ?")
                .params(link, Standing.KEPT.word())
                .query(Long.class)
                .single();
    }

    /**
     * What a run has found: the plan that waits now, if one does, in place of any other. To be called in a transaction that
     * holds the link's row.
     *
     * @param enters who waits to enter, asked only where the plan is new
     * @param exits who waits to leave, likewise
     */
    public void replace(long link, Optional<HeldPlan> plan, Supplier<LongStream> enters, Supplier<LongStream> exits) {
        Optional<String> waiting = of(link).map(HeldPlan::id);
        if (plan.isPresent() && waiting.equals(plan.map(HeldPlan::id))) {
            return;
        }
        forgetPlan(link);
        plan.ifPresent(now -> {
            insert(link, now);
            store(link, Standing.HELD, ENTER, enters.get());
            store(link, Standing.HELD, EXIT, exits.get());
        });
    }

    /**
     * Whether a person has decided something since these decisions were looked up: the next run goes by it, and nobody is
     * asked again by this one. To be called in a transaction that holds the link's row.
     */
    public boolean isDecidedSince(long link, Decisions known) {
        // Runs only take from decisions, and one at a time: more can only have come from a person.
        long now = jdbc.sql("select coalesce(sum(members), 0) from held_members where link_id = ? and standing <> ?")
                .params(link, Standing.HELD.word())
                .query(Long.class)
                .single();
        return now > known.size();
    }

    /**
     * A decision is over about everybody of whom a snapshot asks nothing any more. To be called in a transaction that holds
     * the link's row.
     *
     * @param known the decisions that the snapshot was compared under; others may have come since
     * @param entering whom the snapshot asks to add
     * @param leaving whom it asks to remove, those who are kept among them
     */
    public void end(long link, Decisions known, LongStream entering, LongStream leaving) {
        Decisions over = known.over(entering, leaving);
        remove(link, Standing.APPROVED, ENTER, over.mayEnter());
        remove(link, Standing.APPROVED, EXIT, over.mayLeave());
        remove(link, Standing.KEPT, EXIT, over.kept());
    }

    /**
     * What is held goes as soon as a snapshot still asks for it.
     *
     * @param plans by their links
     * @return false: of one of the links another plan is held by now, or none; nothing is changed
     */
    public boolean approve(Map<Long, String> plans) {
        return decide(plans, "approved", link -> move(link, Standing.APPROVED));
    }

    /** Whom the plans would remove stays, until a snapshot holds them again; as {@link #approve}. */
    public boolean discard(Map<Long, String> plans) {
        return decide(plans, "discarded", link -> {
            forget(link, Standing.HELD, ENTER);
            move(link, Standing.KEPT);
        });
    }

    private boolean decide(Map<Long, String> plans, String decision, LongConsumer decided) {
        return Boolean.TRUE.equals(transactions.execute(tx -> {
            for (Map.Entry<Long, String> plan : plans.entrySet()) {
                long link = plan.getKey();
                // A run under way replaces the plan under the same lock.
                jdbc.sql("update link set version = version where id = ?")
                        .param(link)
                        .update();
                if (of(link).filter(held -> held.id().equals(plan.getValue())).isEmpty()) {
                    tx.setRollbackOnly();
                    return false;
                }
                decided.accept(link);
                jdbc.sql("update held_plan set decided = ? where link_id = ?")
                        .params(decision, link)
                        .update();
            }
            return true;
        }));
    }

    private void insert(long link, HeldPlan plan) {
        jdbc.sql(
                        "insert into held_plan (link_id, id, enters, exits, why, run_id, held_at) values (?, ?, ?, ?, ?, ?, ?)")
                .params(link, plan.id(), plan.enters(), plan.exits(), plan.why(), plan.run())
                .param(StoredTime.of(plan.since()))
                .update();
    }

    /** Nothing waits any more; what a person has decided stands. To be called in a transaction that holds the link's row. */
    public void forgetPlan(long link) {
        jdbc.sql("delete from held_plan where link_id = ?").param(link).update();
        forget(link, Standing.HELD, ENTER);
        forget(link, Standing.HELD, EXIT);
    }

    private void forget(long link, Standing standing, int direction) {
        jdbc.sql("delete from held_members where link_id = ? and standing = ? and direction = ?")
                .params(link, standing.word(), direction)
                .update();
    }

    /** Whoever is held is this from now on, beside those who are already. */
    private void move(long link, Standing standing) {
        int next = jdbc.sql("select coalesce(max(part) + 1, 0) from held_members where link_id = ? and standing = ?")
                .params(link, standing.word())
                .query(Integer.class)
                .single();
        jdbc.sql("update held_members set standing = ?, part = part + ? where link_id = ? and standing = ?")
                .params(standing.word(), next, link, Standing.HELD.word())
                .update();
    }

    private void remove(long link, Standing standing, int direction, Prints over) {
        if (!over.isEmpty()) {
            Prints left = load(link, standing, direction).without(over);
            forget(link, standing, direction);
            store(link, standing, direction, left.stream());
        }
    }

    private void store(long link, Standing standing, int direction, LongStream prints) {
        PrimitiveIterator.OfLong all = prints.iterator();
        for (int part = 0; all.hasNext(); part++) {
            ByteBuffer bytes = ByteBuffer.allocate(PART * Long.BYTES);
            while (all.hasNext() && bytes.hasRemaining()) {
                bytes.putLong(all.nextLong());
            }
            jdbc.sql("insert into held_members (link_id, standing, direction, part, members, fingerprints)"
                            + " values (?, ?, ?, ?, ?, ?)")
                    .params(link, standing.word(), direction, part, bytes.position() / Long.BYTES)
                    .param(Arrays.copyOf(bytes.array(), bytes.position()))
                    .update();
        }
    }

    private Prints load(long link, Standing standing, int direction) {
        List<byte[]> parts = jdbc.sql("select fingerprints from held_members"
                        + " where link_id = ? and standing = ? and direction = ?")
                .params(link, standing.word(), direction)
                .query((rs, i) -> rs.getBytes(1))
                .list();
        return Prints.of(parts.stream().flatMapToLong(HeldPlans::longs));
    }

    private static LongStream longs(byte[] bytes) {
        LongBuffer values = ByteBuffer.wrap(bytes).asLongBuffer();
        return LongStream.generate(values::get).limit(values.capacity());
    }
}
