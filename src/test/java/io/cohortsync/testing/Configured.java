package io.cohortsync.testing;

import io.cohortsync.config.GuardSettings;
import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Normalize;
import io.cohortsync.config.OnRename;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.schedule.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Syncs and links without anything special, for tests that make their own; run by hand, and nothing is ever held back. */
public final class Configured {

    private Configured() {}

    /** A link that keeps its member keys as they are, under a trait of the sync's name. */
    public static LinkSettings link(String sync, TargetSettings target, String memberKey, Normalize normalize) {
        return new LinkSettings(
                sync,
                target,
                true,
                new MemberKeyField.Named(memberKey),
                normalize,
                OnRename.PIN,
                false,
                Optional.of(sync),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A sync that is run by hand. */
    public static SyncSettings sync(String name, SourceSettings source, String cohort, List<LinkSettings> links) {
        return new SyncSettings(
                name,
                source,
                cohort,
                name,
                Optional.of(name),
                false,
                Optional.empty(),
                new Schedule.Manual(),
                true,
                links,
                new GuardSettings(
                        new GuardSettings.Limit.Off(),
                        0,
                        Duration.ofHours(24),
                        true,
                        new GuardSettings.Limit.Off(),
                        false));
    }
}
