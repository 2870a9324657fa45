package io.cohortsync.config;

import io.cohortsync.route.RouteFiles;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Reads the configuration before any bean exists, so that a mistake is told before a port or a database is
 * opened, and registers the {@link Settings} and the {@link SecretMask} as beans.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SettingsInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        DestinationCatalog catalog = DestinationCatalog.of(RouteFiles.find());
        Settings settings =
                new SettingsReader(context.getEnvironment(), catalog).read().orThrow();
        context.getBeanFactory().registerSingleton("settings", settings);
        context.getBeanFactory().registerSingleton("secretMask", SecretMask.of(settings, context.getEnvironment()));
    }
}
