package io.cohortsync.acknowledged;

import io.cohortsync.config.SecretMask;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Service;
import org.apache.camel.management.DefaultManagementObjectNameStrategy;

/** Camel's names in JMX, but that a repository is called by its own: Camel's would be a class and a number, new at each start. */
final class RepositoryNames extends DefaultManagementObjectNameStrategy {

    private final SecretMask mask;

    RepositoryNames(CamelContext camel, String domain, SecretMask mask) {
        super(domain);
        this.mask = mask;
        // By it the addresses in endpoints' names lose their secrets.
        setCamelContext(camel);
    }

    /** Some addresses are secrets as a whole. */
    @Override
    public ObjectName getObjectNameForEndpoint(Endpoint endpoint) throws MalformedObjectNameException {
        return createObjectName(new StringBuilder(domainName)
                .append(":context=")
                .append(getContextId(endpoint.getCamelContext()))
                .append(",type=" + TYPE_ENDPOINT + ",name=")
                .append(ObjectName.quote(mask.apply(getEndpointId(endpoint)))));
    }

    @Override
    public ObjectName getObjectNameForService(CamelContext context, Service service)
            throws MalformedObjectNameException {
        return service instanceof AcknowledgedRepository repository
                ? createObjectName(new StringBuilder(domainName)
                        .append(":context=")
                        .append(getContextId(context))
                        .append(",type=" + TYPE_SERVICE + ",name=")
                        .append(ObjectName.quote(repository.getName())))
                : super.getObjectNameForService(context, service);
    }
}
