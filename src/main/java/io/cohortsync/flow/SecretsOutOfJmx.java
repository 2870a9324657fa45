package io.cohortsync.flow;

import io.cohortsync.config.SecretMask;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.modelmbean.ModelMBean;
import javax.management.modelmbean.RequiredModelMBean;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.mbean.ManagedBacklogDebuggerMBean;
import org.apache.camel.api.management.mbean.ManagedBacklogTracerMBean;
import org.apache.camel.spi.ManagementMBeanAssembler;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.management.DefaultManagementMBeanAssembler;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.springframework.stereotype.Component;

/**
 * Keeps secrets out of JMX. A destination's route is given its secrets as parameters, and Camel shows a route's
 * parameters, expressions and addresses in attributes and dumps.
 */
@Component
class SecretsOutOfJmx implements CamelContextConfiguration {

    private final SecretMask mask;

    SecretsOutOfJmx(SecretMask mask) {
        this.mask = mask;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        camel.getCamelContextExtension().setManagementMBeanAssembler(new Assembler(camel, mask));
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}

    private static final class Assembler extends ServiceSupport implements ManagementMBeanAssembler {

        private final DefaultManagementMBeanAssembler camels;
        private final SecretMask mask;

        Assembler(CamelContext camel, SecretMask mask) {
            this.camels = new DefaultManagementMBeanAssembler(camel);
            this.mask = mask;
        }

        @Override
        public ModelMBean assemble(MBeanServer server, Object managed, ObjectName name) throws JMException {
            // They show whole messages: the headers with the credentials, and whose records they are.
            if (managed instanceof ManagedBacklogTracerMBean || managed instanceof ManagedBacklogDebuggerMBean) {
                return null;
            }
            return camels.assemble(server, managed, name) instanceof RequiredModelMBean mbean
                    ? new MaskedMBean(mbean, mask)
                    : null;
        }

        @Override
        protected void doInit() {
            ServiceHelper.initService(camels);
        }

        @Override
        protected void doStart() {
            ServiceHelper.startService(camels);
        }

        @Override
        protected void doStop() {
            ServiceHelper.stopService(camels);
        }
    }
}
