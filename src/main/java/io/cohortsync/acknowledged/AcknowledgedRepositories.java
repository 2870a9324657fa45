package io.cohortsync.acknowledged;

import io.cohortsync.config.SecretMask;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.run.LinksClaimed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** One repository for each link: {@code acknowledged-<sync>-<target>} in the routes, and in JMX. */
@Component
class AcknowledgedRepositories implements CamelContextConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgedRepositories.class);

    private final Settings settings;
    private final Links links;
    private final AcknowledgedMembers members;
    private final Processes processes;
    private final Fingerprint fingerprint;
    private final SecretMask mask;

    AcknowledgedRepositories(
            Settings settings,
            Links links,
            AcknowledgedMembers members,
            Processes processes,
            Fingerprint fingerprint,
            SecretMask mask) {
        this.settings = settings;
        this.links = links;
        this.members = members;
        this.processes = processes;
        this.fingerprint = fingerprint;
        this.mask = mask;
    }

    /** Before any route is made, so that each finds them. */
    @Override
    public void beforeApplicationStart(CamelContext camel) {
        processes.register();
        Optional.ofNullable(camel.getManagementStrategy().getManagementAgent())
                .ifPresent(agent -> camel.getManagementStrategy()
                        .setManagementObjectNameStrategy(
                                new RepositoryNames(camel, agent.getMBeanObjectDomainName(), mask)));
        Map<String, List<AcknowledgedRepository>> byName = settings.syncs().values().stream()
                .filter(SyncSettings::inUse)
                .flatMap(this::rows)
                .map(link -> new AcknowledgedRepository(link, links, members, fingerprint))
                .collect(Collectors.groupingBy(AcknowledgedRepository::getName));
        byName.forEach((name, repositories) -> bind(camel, name, repositories));
    }

    private Stream<LinkRow> rows(SyncSettings sync) {
        return links.of(sync).stream().map(link -> new LinkRow(link.id(), sync, link.settings()));
    }

    private static void bind(CamelContext camel, String name, List<AcknowledgedRepository> repositories) {
        if (repositories.size() > 1) {
            // a-b → c and a → b-c: whichever it were, a route would mean the other.
            LOG.warn("{} would name {} links: none of them has a repository", name, repositories.size());
            return;
        }
        try {
            camel.getRegistry().bind(name, repositories.get(0));
            camel.addService(repositories.get(0));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}

    @EventListener
    void acknowledgeWaiting(LinksClaimed claimed) {
        // Rows, since what was confirmed just before a link was set aside is removed with the rest of its members.
        links.ids(claimed.sync()).forEach(link -> members.acknowledgeWaiting(link, claimed.token()));
    }
}
