package io.cohortsync.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The stand-ins for vendors as somebody sees them who fills them with people. */
public final class StandIns {

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
                id,
                new AmplitudeAbout.Change(
                        Optional.of(name),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(people.stream()
                                .map(person -> new AmplitudePerson(
                                        null, Optional.of(person.id()), Map.of("email", person.email())))
                                .toList())));
    }

    /** A cohort of Mixpanel's. */
    public void mixpanelCohort(long id, String name, Collection<String> people) {
        mixpanel.define(
                id,
                new MixpanelCohort.Change(
                        Optional.of(name),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(people.stream()
                                .map(person -> MixpanelProfile.of(JsonNodeFactory.instance.textNode(person)))
                                .toList())));
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
        Push push = new Push(
                Push.Vendor.SEGMENT,
                hook,
                Optional.of(secret),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                audience,
                Optional.empty(),
                enters.stream().map(StandIns::pushed).toList(),
                exits.stream().map(StandIns::pushed).toList(),
                Optional.empty(),
                Optional.of(Push.Batch.ARRAY),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
        return pusher.send(push).stream()
                .allMatch(answer ->
                        answer.status().filter(status -> status == 200).isPresent());
    }

    private static PushedMember pushed(Person person) {
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        properties.put("email", person.email());
        return new PushedMember(person.id(), properties);
    }
}
