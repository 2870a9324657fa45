package io.cohortsync.acknowledged;

import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.management.DefaultManagementObjectNameStrategy;

/** Camel's names in JMX, but that a repository is called by its own: Camel's would be a class and a number, new at each start. */
final class RepositoryNames extends DefaultManagementObjectNameStrategy {

    RepositoryNames(CamelContext camel, String domain) {
        super(domain);
        // By it the addresses in endpoints' names lose their secrets.
        setCamelContext(camel);
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
