package io.cohortsync.acknowledged;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.SyncSettings;

/** A link as configured, and the id of its row. */
record LinkRow(long id, SyncSettings sync, LinkSettings settings) {}
