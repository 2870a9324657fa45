package io.cohortsync.bench;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What is done for every member of a snapshot, each by itself, by JMH. */
final class InnerLoops {

    private InnerLoops() {}

    static void run(int members) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include("io\\.cohortsync\\..*Loops\\.")
                        .param("members", Integer.toString(members))
                        .build())
                .run();
    }
}
