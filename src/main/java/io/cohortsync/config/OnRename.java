package io.cohortsync.config;

/** What a link does whose cohort gets another name at its source. */
public enum OnRename {
    /** It goes on under the name that it was filled under. */
    PIN,
    /** Its members are added under the new name and removed under the old one. */
    MIGRATE
}
