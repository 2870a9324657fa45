package io.cohortsync.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.ComponentScan;

class SandboxConfigurationTest {

    // Not a @Configuration, so that no other test scans it.
    @ComponentScan
    static class AsTheApplicationScans {}

    private final WebApplicationContextRunner application =
            new WebApplicationContextRunner().withUserConfiguration(AsTheApplicationScans.class);

    @Test
    void isNotThereUnlessAskedFor() {
        application.run(SandboxConfigurationTest::assertNothingOfTheSandbox);
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "", "yes please"})
    void isNotThereForAnythingButTrue(String enabled) {
        application
                .withPropertyValues("cohort-sync.sandbox.enabled=" + enabled)
                .run(SandboxConfigurationTest::assertNothingOfTheSandbox);
    }

    @Test
    void isThereOnceWhenAskedFor() {
        application
                .withPropertyValues("cohort-sync.sandbox.enabled=true")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SegmentTrackingController.class)
                        .hasSingleBean(SegmentInspectionController.class)
                        .hasSingleBean(SegmentWorld.class));
    }

    private static void assertNothingOfTheSandbox(AssertableWebApplicationContext context) {
        assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(SandboxConfiguration.class)
                .doesNotHaveBean(SegmentTrackingController.class)
                .doesNotHaveBean(SegmentInspectionController.class)
                .doesNotHaveBean(SegmentWorld.class);
    }
}
