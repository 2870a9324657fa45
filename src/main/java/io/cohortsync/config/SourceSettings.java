package io.cohortsync.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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

    /** The secret that says whose project it is, where one does: part of a link's identity. */
    default Optional<Secret> account() {
        return Optional.empty();
    }

    /** Whether it can be asked for its cohorts. */
    default boolean polled() {
        return true;
    }

    /** Whether changes of its cohorts are received at {@code /hooks/<source>}. */
    default boolean pushed() {
        return false;
    }

    /** The fields every record has, the default member key first; empty: they differ from cohort to cohort. */
    default List<String> fields() {
        return List.of();
    }

    /** Nowhere: what a link that left the configuration is compared with when all of its members are to be removed. */
    record Nobody() implements SourceSettings {
        @Override
        public String name() {
            return type();
        }

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public String type() {
            return "nobody";
        }

        @Override
        public String project() {
            return type();
        }
    }

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

    /**
     * Where a vendor's API is called, and as whom.
     *
     * @param baseUrl scheme, host, port and path prefix, without a slash at the end
     * @param user of HTTP Basic
     * @param password of HTTP Basic
     */
    record Api(String baseUrl, Secret user, Secret password) {}

    /**
     * How a receiver knows its sender: by HTTP Basic, or by the header {@code X-Webhook-Token}.
     *
     * @param user of HTTP Basic; with a password
     * @param token the header's value; either this or the user and the password
     */
    record Sender(Optional<String> user, Optional<Secret> password, Optional<Secret> token) {}

    /** A source whose vendor can be asked for its cohorts, or pushes them, or both. */
    sealed interface VendorSource extends SourceSettings {

        /** Empty: cohorts are only pushed. */
        Optional<Api> api();

        /** Empty: cohorts are only polled. */
        Optional<Sender> sender();

        @Override
        default boolean polled() {
            return api().isPresent();
        }

        @Override
        default boolean pushed() {
            return sender().isPresent();
        }
    }

    /**
     * Behavioral cohorts of an Amplitude project (contracts, sections 3 and 7.1).
     *
     * @param monthlyDownloads how many downloads a month Amplitude allows, 1 or more (contracts, section 3.4)
     * @param pollInterval how long to wait before asking again whether a download is ready, 100 ms or more
     */
    record AmplitudeSource(
            String name,
            boolean enabled,
            Optional<Api> api,
            int monthlyDownloads,
            Duration pollInterval,
            Optional<Sender> sender)
            implements VendorSource {

        /** Contracts, section 3.4. */
        static final int DOWNLOADS_A_MONTH = 500;

        /** Contracts, section 3.4: polls may count towards the 60 requests in 10 minutes. */
        static final Duration POLL_INTERVAL = Duration.ofSeconds(10);

        @Override
        public String type() {
            return "amplitude";
        }

        @Override
        public String project() {
            return "Amplitude" + api.map(known -> " at " + known.baseUrl()).orElse("");
        }

        @Override
        public Optional<Secret> account() {
            return api.map(Api::user);
        }

        @Override
        public List<String> fields() {
            return List.of("user_id", "amplitude_id", "group_value");
        }
    }

    /**
     * Cohorts of a Mixpanel project (contracts, section 6).
     *
     * @param projectId the project's number; there whenever {@code api} is
     */
    record MixpanelSource(
            String name, boolean enabled, Optional<Api> api, Optional<String> projectId, Optional<Sender> sender)
            implements VendorSource {
        @Override
        public String type() {
            return "mixpanel";
        }

        @Override
        public String project() {
            return "Mixpanel" + projectId.map(id -> " project " + id).orElse("")
                    + api.map(known -> " at " + known.baseUrl()).orElse("");
        }

        @Override
        public List<String> fields() {
            return List.of("distinct_id");
        }
    }

    /**
     * Audiences that Segment Engage sends (contracts, section 5).
     *
     * @param sharedSecret what {@code X-Signature} is made with
     * @param wholeBody whether only a signature over the whole body counts, and not one over the first element of an array
     */
    record SegmentSource(String name, boolean enabled, Secret sharedSecret, boolean wholeBody)
            implements SourceSettings {
        @Override
        public String type() {
            return "segment";
        }

        @Override
        public String project() {
            return "Segment Engage, received as " + name;
        }

        @Override
        public boolean polled() {
            return false;
        }

        @Override
        public boolean pushed() {
            return true;
        }

        @Override
        public List<String> fields() {
            return List.of("userId");
        }
    }
}
