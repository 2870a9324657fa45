package io.cohortsync.config;

import java.io.PrintStream;
import java.util.Arrays;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The command line's {@code --check}: reads the configuration as a start would, and starts nothing. */
public final class Check {

    private Check() {}

    /** Whether the command line asks for it. */
    public static boolean asked(String... args) {
        return Arrays.stream(args).anyMatch(arg -> arg.equals("--check") || arg.equals("--online"));
    }

    /** Prints the effective syncs, or every problem on standard error; returns the exit code. */
    public static int run(PrintStream out, PrintStream err, String... args) {
        if (Arrays.asList(args).contains("--online")) {
            err.println("--online is not there yet: credentials cannot be tried without a start."
                    + " Use --check alone, which reads the whole configuration.");
            return 1;
        }
        // Spring prepares the same environment as for a start, but there is not a single bean to make.
        SpringApplication application = new SpringApplication(Nothing.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.setRegisterShutdownHook(false);
        try (ConfigurableApplicationContext context = application.run(args)) {
            out.println(SyncTable.of(context.getBean(Settings.class)));
            return 0;
        } catch (RuntimeException refused) {
            // Spring has reported it.
            return 1;
        }
    }

    private static final class Nothing {}
}
