package io.cohortsync.api;

import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.actuate.health.AdditionalHealthEndpointPath;
import org.springframework.boot.actuate.health.HealthEndpointGroup;
import org.springframework.boot.actuate.health.HealthEndpointGroups;
import org.springframework.boot.actuate.health.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.actuate.health.HttpCodeStatusMapper;
import org.springframework.boot.actuate.health.StatusAggregator;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Shows the details of the health to those who may call the API; to all others, and to probes, the status alone. */
@Component
class HealthAccess implements HealthEndpointGroupsPostProcessor {

    private final ObjectProvider<ApiAccess> access;

    HealthAccess(ObjectProvider<ApiAccess> access) {
        this.access = access;
    }

    @Override
    public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
        return new Open(groups, access);
    }

    private record Open(HealthEndpointGroups groups, ObjectProvider<ApiAccess> access) implements HealthEndpointGroups {

        @Override
        public HealthEndpointGroup getPrimary() {
            return new Detailed(groups.getPrimary(), access);
        }

        @Override
        public Set<String> getNames() {
            return groups.getNames();
        }

        @Override
        public HealthEndpointGroup get(String name) {
            return groups.get(name);
        }

        @Override
        public HealthEndpointGroup get(AdditionalHealthEndpointPath path) {
            return groups.get(path);
        }

        @Override
        public Set<HealthEndpointGroup> getAllWithAdditionalPath(WebServerNamespace namespace) {
            return groups.getAllWithAdditionalPath(namespace);
        }
    }

    private record Detailed(HealthEndpointGroup group, ObjectProvider<ApiAccess> access)
            implements HealthEndpointGroup {

        @Override
        public boolean isMember(String name) {
            return group.isMember(name);
        }

        @Override
        public boolean showComponents(SecurityContext context) {
            return mayLookInside();
        }

        @Override
        public boolean showDetails(SecurityContext context) {
            return mayLookInside();
        }

        private boolean mayLookInside() {
            return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes call
                    && access.getObject().allows(call.getRequest());
        }

        @Override
        public StatusAggregator getStatusAggregator() {
            return group.getStatusAggregator();
        }

        @Override
        public HttpCodeStatusMapper getHttpCodeStatusMapper() {
            return group.getHttpCodeStatusMapper();
        }

        @Override
        public AdditionalHealthEndpointPath getAdditionalPath() {
            return group.getAdditionalPath();
        }
    }
}
