package io.cohortsync.receiver;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Settings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Which properties of pushed people are kept: those that some sync takes for the member key, and no others. */
@Component
class MappedFields {

    private final Map<String, Set<MemberKeyField>> bySource = new HashMap<>();

    MappedFields(Settings settings) {
        settings.syncs().values().stream()
                .filter(sync -> sync.pushed())
                .forEach(sync -> bySource.computeIfAbsent(
                                sync.source().name() + "/" + sync.cohort(), name -> new HashSet<>())
                        .addAll(sync.links().stream()
                                .map(LinkSettings::memberKey)
                                .filter(field -> !field.words()
                                        .equals(sync.source().fields().get(0)))
                                .collect(Collectors.toSet())));
    }

    /** @param value what a person has by this name; blank: nothing */
    Map<String, String> of(String source, String cohort, Function<String, String> value) {
        Map<String, String> found = new HashMap<>();
        for (MemberKeyField field : bySource.getOrDefault(source + "/" + cohort, Set.of())) {
            String text = value.apply(field.name().orElseThrow());
            if (PushedJson.namesSomebody(text)) {
                found.put(field.words(), text);
            }
        }
        return found;
    }
}
