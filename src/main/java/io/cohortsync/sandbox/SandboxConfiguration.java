package io.cohortsync.sandbox;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The bundled sandbox as a whole: what each vendor's stand-in remembers, and the controllers before it. */
@Configuration(proxyBeanMethods = false)
@WhenSandboxEnabled
@Import({
    SegmentTrackingController.class,
    SegmentInspectionController.class,
    AmplitudeController.class,
    AmplitudeInspectionController.class,
    FaultsController.class
})
class SandboxConfiguration {

    @Bean
    SegmentWorld segmentWorld() {
        return new SegmentWorld();
    }

    @Bean
    AmplitudeWorld amplitudeWorld() {
        return new AmplitudeWorld(Clock.systemUTC());
    }

    @Bean
    AmplitudeRequests amplitudeRequests() {
        return new AmplitudeRequests();
    }

    @Bean
    Faults faults() {
        return new Faults(Clock.systemUTC());
    }

    @Bean
    FaultFilter faultFilter(Faults faults) {
        return new FaultFilter(faults);
    }

    @Bean
    SegmentRequests segmentRequests() {
        return new SegmentRequests(Clock.systemUTC());
    }
}
