package io.cohortsync.flow;

import io.cohortsync.config.ConfigurationException;
import io.cohortsync.config.Problem;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.config.TargetSettings;
import io.cohortsync.link.Links;
import io.cohortsync.route.RouteFiles;
import io.cohortsync.run.Syncs;
import io.cohortsync.schedule.QuartzOptions;
import io.cohortsync.target.Ability;
import io.cohortsync.target.Targets;
import java.time.Clock;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.Resource;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.springframework.stereotype.Component;

/** Loads the route files and makes one route of each configured sync and target. */
@Component
class RouteInstaller implements CamelContextConfiguration {

    private final Settings settings;
    private final Syncs syncs;
    private final Targets targets;
    private final Links links;
    private final PausePolicy pausePolicy;
    private final Clock clock;

    RouteInstaller(Settings settings, Syncs syncs, Targets targets, Links links, PausePolicy pausePolicy, Clock clock) {
        this.settings = settings;
        this.syncs = syncs;
        this.targets = targets;
        this.links = links;
        this.pausePolicy = pausePolicy;
        this.clock = clock;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        syncs.register();
        targets.register();
        settings.syncs().values().forEach(links::register);
        camel.addRoutePolicyFactory((context, routeId, route) -> pausePolicy.appliesTo(routeId) ? pausePolicy : null);
        try {
            load(camel);
            for (TargetSettings target : settings.targets().values()) {
                install(camel, target);
            }
            for (SyncSettings sync : settings.syncs().values()) {
                if (sync.inUse()) {
                    install(camel, sync);
                }
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void load(CamelContext camel) throws Exception {
        List<Resource> files = RouteFiles.find().stream()
                .map(file -> ResourceHelper.fromString(file.origin(), file.text()))
                .toList();
        try {
            PluginHelper.getRoutesLoader(camel).loadRoutes(files);
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    List.of(new Problem("routes", String.valueOf(e.getMessage()).strip())));
        }
    }

    private static void install(CamelContext camel, TargetSettings target) {
        install(camel, target, "destination-" + target.type(), "target-" + target.name());
        for (Ability ability : Ability.values()) {
            if (ability.whyNot(camel, target).isEmpty()) {
                install(camel, target, ability.template(target), ability.route(target));
            }
        }
    }

    private static void install(CamelContext camel, TargetSettings target, String template, String id) {
        TemplatedRouteBuilder route = TemplatedRouteBuilder.builder(camel, template)
                .routeId(id)
                .prefixId(id + "-")
                .parameter("target", target.name());
        target.options().forEach(route::parameter);
        // They steer the delivery and not the route; but a template may declare them without a default.
        route.parameter("batch-size", target.batchSize())
                .parameter("in-flight", target.inFlight())
                .parameter("mixed", target.mixed());
        target.rate().ifPresent(rate -> route.parameter("rate", rate));
        target.secrets().forEach((name, secret) -> route.parameter(name, secret.value()));
        route.add();
    }

    private void install(CamelContext camel, SyncSettings sync) {
        String id = "sync-" + sync.name();
        String firstDue = "first-due-" + sync.name();
        QuartzOptions.firstDue(sync.schedule(), sync.name(), clock.instant())
                .ifPresent(at -> camel.getRegistry().bind(firstDue, at));
        TemplatedRouteBuilder.builder(camel, "sync")
                .routeId(id)
                .prefixId(id + "-")
                .parameter("sync", sync.name())
                .parameter("schedule", QuartzOptions.of(sync.schedule(), sync.name(), firstDue))
                .add();
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {}
}
