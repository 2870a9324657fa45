package io.cohortsync.overview;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.held.HeldPlan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jmx.export.MBeanExporter;
import org.springframework.jmx.support.RegistrationPolicy;

/** Shows every link over JMX as {@code io.cohortsync:type=Link,sync=...,target=...}, to be read only. */
@Configuration(proxyBeanMethods = false)
class JmxLinks {

    @Bean
    static MBeanExporter linkMBeans(Settings settings, Overview overview) {
        Map<String, Object> beans = new LinkedHashMap<>();
        for (SyncSettings sync : settings.syncs().values()) {
            if (sync.inUse()) {
                for (LinkSettings link : sync.links()) {
                    String target = link.target().name();
                    beans.put(
                            "io.cohortsync:type=Link,sync=" + sync.name() + ",target=" + target,
                            new Shown(overview, sync.name(), target));
                }
            }
        }
        MBeanExporter exporter = new MBeanExporter();
        exporter.setBeans(beans);
        exporter.setAutodetect(false);
        // A second application in one process has the same names.
        exporter.setRegistrationPolicy(RegistrationPolicy.IGNORE_EXISTING);
        return exporter;
    }

    /** One link. */
    record Shown(Overview overview, String sync, String target) implements LinkMXBean {

        private static final long NOT_KNOWN = -1;

        private long number(Function<LinkState, Long> value) {
            return overview.link(sync, target).map(value).orElse(NOT_KNOWN);
        }

        @Override
        public String getState() {
            return overview.link(sync, target).map(LinkState::state).orElse("the state database does not answer");
        }

        @Override
        public long getDesired() {
            return number(link -> link.desired().orElse(NOT_KNOWN));
        }

        @Override
        public long getAcknowledged() {
            return number(LinkState::acknowledged);
        }

        @Override
        public long getInDoubt() {
            return number(LinkState::inDoubt);
        }

        @Override
        public long getDrift() {
            return number(link -> link.drift().orElse(NOT_KNOWN));
        }

        @Override
        public long getSettled() {
            return number(LinkState::settled);
        }

        @Override
        public long getHeld() {
            return number(LinkState::held);
        }

        @Override
        public String getHeldWhy() {
            return overview.link(sync, target).flatMap(LinkState::heldWhy).orElse("");
        }

        @Override
        public String getHeldPlan() {
            return overview.link(sync, target)
                    .flatMap(LinkState::heldPlan)
                    .map(HeldPlan::id)
                    .orElse("");
        }

        @Override
        public long getKept() {
            return number(LinkState::kept);
        }

        @Override
        public long getDeadLetters() {
            return number(LinkState::deadLetters);
        }

        @Override
        public String getError() {
            return overview.link(sync, target)
                    .flatMap(LinkState::error)
                    .or(() -> overview.sync(sync).flatMap(SyncState::error))
                    .orElse("");
        }

        @Override
        public String getQuarantinedUntil() {
            return overview.sync(sync)
                    .flatMap(SyncState::quarantined)
                    .map(slowed -> slowed.nextTry().toString())
                    .orElse("");
        }
    }
}
