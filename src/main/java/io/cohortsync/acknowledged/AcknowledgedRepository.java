package io.cohortsync.acknowledged;

import io.cohortsync.link.Links;
import io.cohortsync.member.Fingerprint;
import io.cohortsync.member.MemberKeys;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The acknowledged state of one link as an idempotent repository: its keys are the link's member keys, a confirmed key is
 * an acknowledged member. An added key is unconfirmed, and known only as long as the process lives that added it.
 */
@ManagedResource(description = "Acknowledged members of a link, as an idempotent repository")
public final class AcknowledgedRepository extends ServiceSupport implements IdempotentRepository {

    private final LinkRow link;
    private final Links links;
    private final AcknowledgedMembers members;
    private final Fingerprint fingerprint;

    /** @param link its row when the application started */
    AcknowledgedRepository(LinkRow link, Links links, AcknowledgedMembers members, Fingerprint fingerprint) {
        this.link = link;
        this.links = links;
        this.members = members;
        this.fingerprint = fingerprint;
    }

    /** By which routes find it. */
    @ManagedAttribute(description = "Name of the bean")
    public String getName() {
        return "acknowledged-" + getSync() + "-" + getTarget();
    }

    @ManagedAttribute(description = "The sync")
    public String getSync() {
        return link.sync().name();
    }

    @ManagedAttribute(description = "The target")
    public String getTarget() {
        return link.settings().target().name();
    }

    @ManagedAttribute(description = "How many members the target is known to hold")
    public long getAcknowledged() {
        return members.count(row());
    }

    @ManagedOperation(description = "Takes the member key for this process, unconfirmed; false: it is known already")
    @Override
    public boolean add(String key) {
        return members.add(row(), read(key));
    }

    @ManagedOperation(description = "Whether the member is acknowledged, or unconfirmed by a living process")
    @Override
    public boolean contains(String key) {
        return members.contains(row(), read(key));
    }

    @ManagedOperation(description = "Forgets the member: the next run whose snapshot holds it enters it")
    @Override
    public boolean remove(String key) {
        return members.remove(row(), read(key));
    }

    @ManagedOperation(description = "Makes the member an acknowledged one")
    @Override
    public boolean confirm(String key) {
        members.confirm(row(), read(key));
        return true;
    }

    @ManagedOperation(description = "Forgets all that is known of the link's members")
    @Override
    public void clear() {
        members.clear(row());
    }

    /** The link may have been given another row since. */
    private LinkRow row() {
        return new LinkRow(links.id(link.sync(), link.settings()), link.sync(), link.settings());
    }

    private MemberKey read(String key) {
        MemberKeys.Reading reading =
                MemberKeys.read(key == null ? "" : key, link.settings().normalize());
        if (reading instanceof MemberKeys.Reading.Usable usable) {
            return new MemberKey(fingerprint.of(usable.key()), usable.key());
        }
        String why = reading instanceof MemberKeys.Reading.Invalid invalid ? invalid.reason() : "blank";
        throw new IllegalArgumentException(getName() + " was given a key that is no member key: " + why);
    }

    @Override
    public String toString() {
        return getName();
    }
}
