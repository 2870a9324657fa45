package io.cohortsync;

import io.cohortsync.config.Check;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts cohort-sync: reads the configuration, instantiates the routes and lets Camel run them. */
@SpringBootApplication
public class CohortSync {

    public static void main(String[] args) {
        if (Check.asked(args)) {
            System.exit(Check.run(System.out, System.err, args));
        }
        SpringApplication.run(CohortSync.class, args);
    }
}
