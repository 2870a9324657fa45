package io.cohortsync.testing;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the state database holds, as text that two moments can be compared by. */
public final class StateTables {

    /** Everything that says what targets hold; not the lease's token, which every run raises. */
    private static final List<String> ACKNOWLEDGED = List.of(
            "select id, sync, target, version, exit_epoch, acknowledged, identity from link",
            "select * from membership",
            "select id, link_id, run_id, members, exits, sent_at, closed_at, outcome from delivery",
            "select * from dead_letter");

    private static final List<String> ALL = List.of(
            "select * from installation",
            "select * from sync",
            "select * from target",
            "select * from link",
            "select * from membership",
            "select id, link_id, run_id, members, exits, sent_at, closed_at, outcome from delivery",
            "select * from run",
            "select * from run_link",
            "select * from dead_letter");

    private StateTables() {}

    /** The acknowledged state: what a run that fails must not touch. */
    public static String acknowledged(RunningApp app) {
        return dump(app, ACKNOWLEDGED);
    }

    /** Every row of every table. */
    public static String all(RunningApp app) {
        return dump(app, ALL);
    }

    private static String dump(RunningApp app, List<String> queries) {
        JdbcClient jdbc = JdbcClient.create(app.bean(DataSource.class));
        return queries.stream()
                .map(query -> query + "\n"
                        + jdbc.sql(query).query().listOfRows().stream()
                                .map(Map::toString)
                                .sorted()
                                .collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
    }
}
