package io.cohortsync.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.unit.DataSize;

/** Reads everything below {@code cohort-sync} and finds every mistake in it, not only the first. */
public final class SettingsReader {

    private static final DataSize DIFF_MEMORY = DataSize.ofMegabytes(256);
    private static final DataSize LEAST_DIFF_MEMORY = DataSize.ofMegabytes(1);

    private final ConfigurableEnvironment environment;
    private final DestinationCatalog catalog;

    /** @param catalog the types of target that there are */
    public SettingsReader(ConfigurableEnvironment environment, DestinationCatalog catalog) {
        this.environment = environment;
        this.catalog = catalog;
    }

    /** The settings, or everything that is wrong. */
    public Reading read() {
        Problems problems = new Problems();
        problems.addAll(catalog.problems());
        Node root = ConfigTree.read(environment, problems);
        root.acceptOnly(Keys.ROOT);
        ZoneId zone = zone(root.child("time-zone"));
        Declared<SourceSettings> sources = SourcesReader.read(root.child("sources"));
        Declared<TargetSettings> targets = new TargetsReader(catalog).read(root.child("targets"));
        Map<String, SyncSettings> syncs = new SyncsReader(
                        sources, targets, new ScheduleReader(zone), root.child("defaults"))
                .read(root.child("syncs"));
        Node sandbox = root.child("sandbox");
        boolean standIn = flag(sandbox, Keys.SANDBOX, "enabled");
        if (standIn) {
            loopbackOnly(sandbox.child("enabled"));
        }
        boolean demo = flag(sandbox, Keys.SANDBOX, "demo");
        if (demo && !standIn) {
            sandbox.child("demo").problem("the demo needs the sandbox: set \"enabled: true\" beside it");
        }
        DataSize diffMemory = memory(root.child("diff"));
        boolean open = flag(root.child("security"), Keys.SECURITY, "open");
        if (open) {
            loopbackOnly(root.child("security").child("open"));
        }
        if (!problems.list().isEmpty()) {
            return new Reading.Refused(problems.list());
        }
        return new Reading.Accepted(new Settings(
                zone,
                ordered(sources.settings()),
                ordered(targets.settings()),
                ordered(syncs),
                standIn,
                demo,
                new SecuritySettings(open),
                diffMemory));
    }

    private static ZoneId zone(Node node) {
        return Scalar.of(node)
                .text()
                .flatMap(text -> {
                    try {
                        return Optional.of(ZoneId.of(text.strip()));
                    } catch (DateTimeException e) {
                        node.problem("found \"" + text + "\"" + Spelling.hint(text, ZoneId.getAvailableZoneIds())
                                + " Accepted: UTC, or a time zone such as \"Europe/Berlin\"");
                        return Optional.empty();
                    }
                })
                .orElse(ZoneId.of("UTC"));
    }

    private static DataSize memory(Node diff) {
        if (!diff.readableAsSection()) {
            return DIFF_MEMORY;
        }
        diff.acceptOnly(Keys.DIFF);
        Node memory = diff.child("memory");
        return Scalar.of(memory)
                .text()
                .flatMap(text -> {
                    Optional<DataSize> size = size(text.strip());
                    if (size.filter(given -> given.compareTo(LEAST_DIFF_MEMORY) >= 0)
                            .isEmpty()) {
                        memory.problem("found \"" + text + "\". Accepted: a size of 1MB or more, such as 256MB");
                    }
                    return size;
                })
                .orElse(DIFF_MEMORY);
    }

    private static Optional<DataSize> size(String text) {
        try {
            return Optional.of(DataSize.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean flag(Node section, List<String> keys, String key) {
        if (!section.readableAsSection()) {
            return false;
        }
        section.acceptOnly(keys);
        return Scalar.of(section.child(key)).flag().orElse(false);
    }

    private void loopbackOnly(Node open) {
        String address = environment.getProperty("server.address", "").strip();
        if (!loopback(address)) {
            open.problem("without a login the server has to be bound to loopback, but server.address is "
                    + (address.isEmpty() ? "not set" : "\"" + address + "\"")
                    + ". Accepted: server.address: 127.0.0.1, or open: false");
        }
    }

    /** No name but localhost is taken, since what a name stands for may change. */
    private static boolean loopback(String address) {
        if (address.equals("localhost")) {
            return true;
        }
        if (!address.matches("\\d+\\.\\d+\\.\\d+\\.\\d+") && !address.contains(":")) {
            return false;
        }
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static <T> Map<String, T> ordered(Map<String, T> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
