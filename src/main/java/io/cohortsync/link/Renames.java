package io.cohortsync.link;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.OnRename;
import io.cohortsync.config.SyncSettings;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Sees to links whose source gives their cohort another name than the one they were filled under. */
@Component
public class Renames {

    private static final Logger LOG = LoggerFactory.getLogger(Renames.class);

    private final JdbcClient jdbc;
    private final Links links;
    private final SetAside setAside;
    private final OrphanLinks orphans;

    Renames(JdbcClient jdbc, Links links, SetAside setAside, OrphanLinks orphans) {
        this.jdbc = jdbc;
        this.links = links;
        this.setAside = setAside;
        this.orphans = orphans;
    }

    /**
     * The source tells this name.
     *
     * @param token of the run's lease
     * @param mayMove whether links that migrate may do so now; false: they go on as they are until the next run
     */
    public void told(SyncSettings sync, long token, String name, boolean mayMove) {
        for (LinkSettings configured : sync.links()) {
            if (configured.inUse()) {
                told(sync, configured, token, name, mayMove);
            }
        }
    }

    private void told(SyncSettings sync, LinkSettings configured, long token, String name, boolean mayMove) {
        Link link = links.stored(sync, configured);
        LinkSettings under = configured.named(name);
        boolean sameName = under.trait().equals(link.settings().trait())
                && under.list().equals(link.settings().list());
        if (sameName || !links.isFilled(link) || link.identityChange().isPresent()) {
            jdbc.sql("update link set told_name = null where id = ? and told_name is not null and token = ?")
                    .params(link.id(), token)
                    .update();
        } else if (configured.onRename() == OnRename.PIN
                || mayMove && orphans.leaving(under).isPresent()) {
            // A removal that goes on where the link is to go would undo what is added there.
            if (note(link, token, name)) {
                LOG.warn("{}: {}", link.name(), words(link, name));
            }
        } else if (mayMove) {
            setAside.moveDuringRun(
                    sync,
                    link,
                    token,
                    "its cohort is no longer called \"" + link.cohortName() + "\" but \"" + name
                            + "\" (on-rename: migrate)");
        }
    }

    /** false: that was known before. */
    private boolean note(Link link, long token, String name) {
        return jdbc.sql(
                                "update link set told_name = ? where id = ? and token = ? and (told_name is null or told_name <> ?)")
                        .params(name, link.id(), token, name)
                        .update()
                > 0;
    }

    /** What to say of a link that goes on under a name that its source no longer uses. */
    public Optional<String> pinned(Link link) {
        return jdbc.sql("select told_name from link where id = ?")
                .param(link.id())
                .query((rs, i) -> Optional.ofNullable(rs.getString(1)))
                .optional()
                .flatMap(told -> told)
                .map(told -> words(link, told));
    }

    private static String words(Link link, String now) {
        return "the source now calls the cohort \"" + now + "\"; it goes on under \"" + link.cohortName() + "\" "
                + (link.settings().onRename() == OnRename.MIGRATE
                        ? "until those who were in \"" + now + "\" before are removed there (GET /api/orphans)"
                        : "(on-rename: pin; migrate would move its members)");
    }
}
