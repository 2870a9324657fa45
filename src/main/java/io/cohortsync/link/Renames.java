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

    Renames(JdbcClient jdbc, Links links, SetAside setAside) {
        this.jdbc = jdbc;
        this.links = links;
        this.setAside = setAside;
    }

    /**
     * The source tells this name.
     *
     * @param token of the run's lease
     */
    public void told(SyncSettings sync, long token, String name) {
        for (LinkSettings configured : sync.links()) {
            if (configured.enabled() && configured.target().enabled()) {
                told(sync, configured, token, name);
            }
        }
    }

    private void told(SyncSettings sync, LinkSettings configured, long token, String name) {
        Link link = links.stored(sync, configured);
        LinkSettings under = configured.named(name);
        boolean sameName = under.trait().equals(link.settings().trait())
                && under.list().equals(link.settings().list());
        if (sameName || !links.isFilled(link) || link.identityChange().isPresent()) {
            jdbc.sql("update link set told_name = null where id = ? and told_name is not null and token = ?")
                    .params(link.id(), token)
                    .update();
        } else if (configured.onRename() == OnRename.MIGRATE) {
            setAside.moveDuringRun(
                    sync,
                    link,
                    token,
                    "its cohort is no longer called \"" + link.cohortName() + "\" but \"" + name
                            + "\" (on-rename: migrate)");
        } else if (note(link, token, name)) {
            LOG.warn("{}: {}", link.name(), words(link.cohortName(), name));
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
                .map(told -> words(link.cohortName(), told));
    }

    private static String words(String before, String now) {
        return "the source now calls the cohort \"" + now + "\"; it goes on under \"" + before
                + "\" (on-rename: pin; migrate would move its members)";
    }
}
