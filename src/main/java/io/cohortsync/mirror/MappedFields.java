package io.cohortsync.mirror;

import io.cohortsync.config.LinkSettings;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.Settings;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** Which properties of pushed people are kept: those that some sync takes for the member key, and no others. */
@Component
public class MappedFields {

    /** By source and cohort; without the field that people are known by, which is kept anyway. */
    private final Map<List<String>, Set<MemberKeyField>> fields = new HashMap<>();

    public MappedFields(Settings settings) {
        settings.syncs().values().stream()
                .filter(sync -> sync.pushed())
                .forEach(sync -> sync.links().stream()
                        .map(LinkSettings::memberKey)
                        .filter(field ->
                                !field.words().equals(sync.source().fields().get(0)))
                        .forEach(field -> fields.computeIfAbsent(
                                        List.of(sync.source().name(), sync.cohort()), name -> new LinkedHashSet<>())
                                .add(field)));
    }

    /** The fields that are kept of a cohort's people. */
    public Set<MemberKeyField> of(String source, String cohort) {
        return fields.getOrDefault(List.of(source, cohort), Set.of());
    }

    /**
     * What is kept of a person, by the words of a member key.
     *
     * @param value what the person has in a field; blank: nothing
     */
    public Map<String, String> kept(String source, String cohort, Function<MemberKeyField, String> value) {
        Map<String, String> found = new HashMap<>();
        for (MemberKeyField field : of(source, cohort)) {
            String text = value.apply(field);
            if (PushedEvent.mayBeMember(text)) {
                found.put(field.words(), text);
            }
        }
        return found;
    }
}
