package io.cohortsync.schedule;

import java.util.Properties;
import java.util.UUID;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.impl.StdSchedulerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The scheduler that Camel's Quartz component finds and uses. In memory: what is due when is worked out anew at start. */
@Configuration(proxyBeanMethods = false)
class QuartzScheduler {

    /** A firing only hands a run over, so few threads are enough for many syncs. */
    private static final String THREADS = "4";

    @Bean(destroyMethod = "shutdown")
    Scheduler quartz() throws SchedulerException {
        Properties properties = new Properties();
        // Quartz keeps one scheduler of a name in a process; two nodes in one are two.
        properties.setProperty("org.quartz.scheduler.instanceName", "cohort-sync-" + UUID.randomUUID());
        properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        properties.setProperty("org.quartz.threadPool.threadCount", THREADS);
        properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        Scheduler scheduler = new StdSchedulerFactory(properties).getScheduler();
        // Started before it has jobs: only then does Camel let a job's first firing be aligned.
        scheduler.start();
        return scheduler;
    }
}
