package io.cohortsync.config;

import java.nio.file.Path;

/** A configured place cohorts come from; one record per source type, named by {@link #type()} as in the YAML. */
public sealed interface SourceSettings {

    /** The name it has under {@code sources}. */
    String name();

    /** False: its syncs are not scheduled. */
    boolean enabled();

    /** What {@code type} says in the YAML; the route that reads it is {@code source-<type>}. */
    String type();

    /** What cohorts of this source belong to, in words a person can compare: part of a link's identity. */
    String project();

    /** CSV or JSON Lines files of one directory. */
    record FileSource(String name, boolean enabled, Path directory) implements SourceSettings {
        @Override
        public String type() {
            return "file";
        }

        @Override
        public String project() {
            return "directory " + directory.toAbsolutePath().normalize();
        }
    }

    /** Queries against one database, by JDBC. */
    record SqlSource(String name, boolean enabled, String url, String username, Secret password)
            implements SourceSettings {
        @Override
        public String type() {
            return "sql";
        }

        @Override
        public String project() {
            return "database " + url.replaceFirst("[?;].*", "");
        }
    }
}
