package io.cohortsync.config;

import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * A configured receiver. What it may be given comes from the parameters that the route template {@code
 * destination-<type>} declares, so a type is added by adding a YAML file.
 *
 * @param name the name it has under {@code targets}
 * @param type the destination, as in the YAML
 * @param enabled false: nothing is sent to it
 * @param options the template's parameters that are not secret, defaults filled in, {@code base-url} resolved
 * @param secrets the template's secret parameters
 * @param batchSize changes per call, at most
 * @param inFlight calls under way at once, at most
 * @param mixed whether one batch may carry enters and exits together
 * @param rate calls a second from this node, at most; empty: as many as there may be in flight
 */
public record TargetSettings(
        String name,
        String type,
        boolean enabled,
        SortedMap<String, String> options,
        Map<String, Secret> secrets,
        int batchSize,
        int inFlight,
        boolean mixed,
        OptionalInt rate) {}
