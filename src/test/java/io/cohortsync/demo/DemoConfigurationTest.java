package io.cohortsync.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.ComponentScan;

class DemoConfigurationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(DemoConfiguration.class, Sandbox.class);

    // Not a @Configuration, so that no other test scans it.
    @ComponentScan("io.cohortsync.sandbox")
    static class Sandbox {}

    @Test
    void isNotThereUnlessAskedFor() {
        application.run(context -> assertThat(context).doesNotHaveBean(DemoShop.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cohort-sync.sandbox.enabled=true", "cohort-sync.sandbox.demo=true"})
    void needsTheSandboxBesideIt(String onlyOne) {
        application
                .withPropertyValues(onlyOne)
                .run(context -> assertThat(context).doesNotHaveBean(DemoShop.class));
    }

    @Test
    void hasItsCohortsReadyWhenAskedFor() {
        application
                .withPropertyValues("cohort-sync.sandbox.enabled=true", "cohort-sync.sandbox.demo=true")
                .run(context -> {
                    assertThat(context).hasSingleBean(DemoShop.class).hasSingleBean(ShopHours.class);
                    assertThat(DemoConfiguration.DIRECTORY.resolve(PowerUsersFile.NAME))
                            .isNotEmptyFile();
                });
    }
}
