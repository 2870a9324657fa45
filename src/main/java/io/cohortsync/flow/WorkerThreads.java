package io.cohortsync.flow;

import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The threads that runs, links and lanes are given; as many as there are of those, so that none waits for another. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
class WorkerThreads {

    @Bean
    ExecutorService workers(CamelContext camel) {
        return camel.getExecutorServiceManager().newCachedThreadPool(this, "worker");
    }
}
