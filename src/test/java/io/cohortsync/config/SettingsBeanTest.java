package io.cohortsync.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

class SettingsBeanTest {

    private static final AtomicBoolean OPENED = new AtomicBoolean();

    static class Costly {
        @Bean
        Object database() {
            OPENED.set(true);
            return new Object();
        }
    }

    private static ConfigurableApplicationContext start(String... args) {
        return new SpringApplicationBuilder(Costly.class)
                .web(WebApplicationType.NONE)
                .run(args);
    }

    @Test
    void theSettingsAreABeanInEveryStartOfOneProcess() {
        for (String zone : new String[] {"Asia/Tokyo", "Europe/Berlin"}) {
            try (ConfigurableApplicationContext context = start("--cohort-sync.time-zone=" + zone)) {
                assertThat(context.getBean(Settings.class).timeZone().getId()).isEqualTo(zone);
            }
        }
    }

    @Test
    void aRefusedConfigurationEndsTheStartBeforeAnythingIsOpened() {
        OPENED.set(false);

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> start("--cohort-sync.time-zone=nowhere", "--cohort-sync.sandbox.demo=true"))
                .satisfies(refused -> assertThat(refused.problems()).hasSize(2));
        assertThat(OPENED).isFalse();
    }
}
