package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The stand-ins for vendors as somebody sees them who fills them with people. */
public final class StandIns {

    private static final JsonMapper JSON = new JsonMapper();

    private final AmplitudeWorld amplitude;
    private final MixpanelWorld mixpanel;
    private final CustomerIoWorld customerIo;
    private final Pusher pusher;

    StandIns(AmplitudeWorld amplitude, MixpanelWorld mixpanel, CustomerIoWorld customerIo, Pusher pusher) {
        this.amplitude = amplitude;
        this.mixpanel = mixpanel;
        this.customerIo = customerIo;
        this.pusher = pusher;
    }

    /** Somebody with an e-mail address. */
    public record Person(String id, String email) {}

    /** A cohort of Amplitude's, computed now. */
    public void amplitudeCohort(String id, String name, Collection<Person> people) {
        amplitude.define(
                id, read(Map.of("name", name, "members", members("user_id", people)), AmplitudeAbout.Change.class));
    }

    /** A cohort of Mixpanel's. */
    public void mixpanelCohort(long id, String name, Collection<String> people) {
        mixpanel.define(id, read(Map.of("name", name, "members", people), MixpanelCohort.Change.class));
    }

    /** Somebody whom Customer.io knows. */
    public void customerIoPerson(Person person) {
        customerIo.identify(Optional.of(person.id()), Optional.of(person.email()));
    }

    /**
     * Pushes as Segment Engage does who entered an audience and who left it.
     *
     * @return whether the receiver took all of it
     */
    public boolean engage(URI hook, String secret, String audience, List<Person> enters, List<Person> exits) {
        Map<String, Object> push = Map.of(
                "vendor",
                "segment",
                "url",
                hook,
                "secret",
                secret,
                "cohort",
                audience,
                "batch",
                "array",
                "enters",
                members("id", enters),
                "exits",
                members("id", exits));
        return pusher.send(read(push, Push.class)).stream()
                .allMatch(answer ->
                        answer.status().filter(status -> status == 200).isPresent());
    }

    private static List<Map<String, Object>> members(String idKey, Collection<Person> people) {
        return people.stream()
                .map(person -> Map.of(idKey, person.id(), "properties", Map.of("email", person.email())))
                .toList();
    }

    /** As the control calls read what a person writes. */
    private static <T> T read(Map<String, Object> given, Class<T> type) {
        return StrictJson.read(JSON.valueToTree(given), type);
    }
}
