package io.cohortsync.run;

import io.cohortsync.link.Links;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Keeps a sync from running, on any node, while somebody looks at what its targets hold; a run that is asked for meanwhile
 * follows. It takes the lease as a run does, but needs none of a run's books. What needs one transaction and no call, and may
 * change a link's row altogether, goes between runs instead ({@code link/BetweenRuns}).
 */
@Component
public class Standstills {

    private final Leases leases;
    private final Links links;
    private final ApplicationEventPublisher events;

    Standstills(Leases leases, Links links, ApplicationEventPublisher events) {
        this.leases = leases;
        this.links = links;
        this.events = events;
    }

    /** Empty: a run of this sync, or another standstill, is under way. */
    public Optional<Lease> begin(String sync) {
        Optional<Lease> lease = leases.takeToLook(sync);
        lease.ifPresent(taken -> claim(sync, taken));
        return lease;
    }

    private void claim(String sync, Lease lease) {
        leases.hold(lease);
        try {
            links.claim(sync, lease.token());
            events.publishEvent(new LinksClaimed(sync, lease.token()));
        } catch (RuntimeException e) {
            leases.forget(lease);
            throw e;
        }
    }

    /** True: a run was asked for meanwhile, and is due. */
    public boolean end(Lease lease) {
        return leases.giveBack(lease, Optional.empty());
    }
}
