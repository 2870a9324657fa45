package io.cohortsync.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.jdbc.core.JdbcTemplate;

/** What must hold in the state database whenever no run is under way. */
public final class Books {

    private Books() {}

    /** Rule 5 for every run ever, and every link's counter against its rows. */
    public static void assertBalanced(JdbcTemplate jdbc) {
        assertThat(rows(jdbc, "select * from run where state = 'running' or finished_at is null"))
                .as("runs that never ended")
                .isEmpty();
        assertThat(rows(
                        jdbc,
                        "select * from run_link where enter + exit <>"
                                + " accepted + unmatched + rejected + failed + unanswered + held + waiting"
                                + " or least(accepted, unmatched, rejected, failed, unanswered, held, waiting) < 0"))
                .as("outcomes that do not add up")
                .isEmpty();
        assertThat(rows(
                        jdbc,
                        "select * from run r join run_link l on l.run_id = r.id where r.records_read <>"
                                + " l.same + l.settled + l.enter + l.invalid + l.anonymous + l.duplicate"))
                .as("records that do not add up")
                .isEmpty();
        assertThat(rows(
                        jdbc,
                        "select * from link l where acknowledged <>"
                                + " (select count(*) from membership m where m.link_id = l.id and m.state = 1)"))
                .as("links whose counter is not the number of their acknowledged rows")
                .isEmpty();
    }

    private static List<Map<String, Object>> rows(JdbcTemplate jdbc, String sql) {
        return jdbc.queryForList(sql);
    }

    /** Who is acknowledged by the one link there is. */
    public static Set<String> acknowledged(JdbcTemplate jdbc) {
        return new TreeSet<>(jdbc.queryForList("select member_key from membership where state = 1", String.class));
    }

    /** How many deliveries nobody has answered. */
    public static int inDoubt(JdbcTemplate jdbc) {
        return jdbc.queryForObject("select count(*) from delivery where closed_at is null", Integer.class);
    }
}
