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
    AmplitudeDownloadController.class,
    AmplitudeInspectionController.class,
    MixpanelController.class,
    MixpanelInspectionController.class,
    FaultsController.class,
    PushController.class,
    CustomerIoTrackController.class,
    CustomerIoAppController.class,
    CustomerIoInspectionController.class
})
class SandboxConfiguration {

    /** Contracts.md 8.4. */
    private static final int TRACK_CALLS_A_SECOND = 100;

    /** Contracts.md 8.4. */
    private static final int APP_CALLS_A_SECOND = 10;

    @Bean
    SegmentWorld segmentWorld() {
        return new SegmentWorld();
    }

    @Bean
    AmplitudeWorld amplitudeWorld() {
        return new AmplitudeWorld(Clock.systemUTC());
    }

    @Bean
    AmplitudeDesk amplitudeDesk() {
        return new AmplitudeDesk(Clock.systemUTC());
    }

    @Bean
    AmplitudeDownloads amplitudeDownloads() {
        return new AmplitudeDownloads(Clock.systemUTC());
    }

    @Bean
    PresignedLinks presignedLinks() {
        return new PresignedLinks(Clock.systemUTC());
    }

    @Bean
    MixpanelWorld mixpanelWorld() {
        return new MixpanelWorld(Clock.systemUTC());
    }

    @Bean
    MixpanelDesk mixpanelDesk() {
        return new MixpanelDesk(Clock.systemUTC());
    }

    @Bean
    Pusher pusher() {
        return new Pusher();
    }

    @Bean
    StandIns standIns(AmplitudeWorld amplitude, MixpanelWorld mixpanel, CustomerIoWorld customerIo, Pusher pusher) {
        return new StandIns(amplitude, mixpanel, customerIo, pusher);
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

    @Bean
    CustomerIoWorld customerIoWorld() {
        return new CustomerIoWorld();
    }

    @Bean
    CustomerIoRequests customerIoRequests() {
        return new CustomerIoRequests();
    }

    @Bean
    CustomerIoDesk customerIoDesk(CustomerIoRequests requests) {
        return new CustomerIoDesk(requests, Clock.systemUTC(), TRACK_CALLS_A_SECOND, APP_CALLS_A_SECOND);
    }
}
