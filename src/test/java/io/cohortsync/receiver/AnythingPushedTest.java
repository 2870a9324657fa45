package io.cohortsync.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortsync.config.Secret;
import io.cohortsync.config.SecuritySettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.SourceSettings.SegmentSource;
import io.cohortsync.mirror.MappedFields;
import io.cohortsync.mirror.Push;
import io.cohortsync.testing.Damage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.springframework.util.unit.DataSize;

/** Whatever bytes are pushed, they are understood or refused in words; nothing else comes of them. */
class AnythingPushedTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private static final List<String> SOUND = List.of(
            "{\"type\":\"identify\",\"userId\":\"u1\",\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"traits\":{\"vip\":true,"
                    + "\"email\":\"a@x.com\"},\"context\":{\"personas\":{\"computation_class\":\"audience\","
                    + "\"computation_key\":\"vip\"}}}",
            "[{\"type\":\"track\",\"userId\":17,\"properties\":{\"vip\":false},\"context\":{\"personas\":"
                    + "{\"computation_class\":\"journey_step\",\"computation_key\":\"vip\"}}},{\"type\":\"page\"}]",
            "{\"cohort_name\":\"P\",\"cohort_id\":\"c1\",\"in_cohort\":true,\"computed_time\":\"1763719200\","
                    + "\"users\":[{\"user_id\":\"u1\",\"user_properties\":{\"email\":\"a@x.com\"}}]}",
            "{\"action\":\"members\",\"parameters\":{\"mixpanel_cohort_id\":\"1\",\"mixpanel_session_id\":\"s\","
                    + "\"page_info\":{\"total_pages\":\"2\",\"page_count\":1},\"members\":[{\"mixpanel_distinct_id\":"
                    + "1e3,\"email\":\"a@x.com\"}]}}");

    private final MappedFields mapped = new MappedFields(new Settings(
            ZoneOffset.UTC,
            Map.of(),
            Map.of(),
            Map.of(),
            false,
            false,
            new SecuritySettings(true),
            DataSize.ofMegabytes(1)));

    @Property(tries = 500)
    void arbitraryBytes(@ForAll @Size(max = 200) byte[] body) {
        everyReaderTakesOrRefuses(body);
    }

    @Property(tries = 3_000)
    void soundBodiesWithADamage(@ForAll @IntRange(max = 3) int which, @ForAll long seed) {
        Random random = new Random(seed);
        String body = Damage.done(SOUND.get(which), random);
        everyReaderTakesOrRefuses(body.getBytes(StandardCharsets.UTF_8));
    }

    private void everyReaderTakesOrRefuses(byte[] body) {
        SourceSettings segment = new SegmentSource("engage", true, new Secret("abc123"), false);
        SourceSettings amplitude =
                new AmplitudeSource("a", true, Optional.empty(), 1, Duration.ofSeconds(1), Optional.empty());
        SourceSettings mixpanel = new MixpanelSource("m", true, Optional.empty(), Optional.empty(), Optional.empty());
        SegmentCalls segments = new SegmentCalls(mapped);
        takesOrRefuses(call(segment, body), call -> checked(segments.push(call)));
        takesOrRefuses(call(segment, body), call -> {
            if (segments.isAudienceHook(call)) {
                segments.audience(call);
            }
        });
        takesOrRefuses(call(segment, body), call -> new SegmentSignature().prove(signed(call)));
        takesOrRefuses(call(amplitude, body), call -> checked(new AmplitudeCalls(mapped).push(call)));
        takesOrRefuses(call(mixpanel, body), call -> checked(new MixpanelCalls(mapped).push(call)));
        assertThat(MixpanelCalls.failure(Optional.of(call(mixpanel, body)), "why", 400))
                .isNotNull();
    }

    private static void takesOrRefuses(ReceivedCall call, Consumer<ReceivedCall> reader) {
        try {
            reader.accept(call);
        } catch (RefusedCallException refused) {
            assertThat(refused.status()).isIn(400, 401);
            // Nothing of what people are is repeated.
            assertThat(refused.getMessage()).isNotBlank().doesNotContain("a@x.com", "u1");
        }
    }

    /** Whatever was understood can be stored. */
    private static void checked(Push push) {
        assertThat(push.left()).isNotNegative();
        push.page().ifPresent(page -> assertThat(page.page()).isBetween(1, page.pages()));
        push.events().forEach(event -> {
            assertThat(event.member())
                    .isNotBlank()
                    .hasSizeLessThanOrEqualTo(512)
                    .doesNotContain("\u0000");
            assertThat(event.cohort())
                    .isNotBlank()
                    .hasSizeLessThanOrEqualTo(300)
                    .doesNotContain("\u0000");
            assertThat(event.cohortName().orElse(""))
                    .hasSizeLessThanOrEqualTo(1_000)
                    .doesNotContain("\u0000");
            assertThat(event.at()).isBetween(Instant.EPOCH, NOW);
        });
    }

    private static ReceivedCall call(SourceSettings source, byte[] body) {
        return new ReceivedCall(source, Optional.empty(), Optional.empty(), Optional.empty(), body, NOW);
    }

    private static ReceivedCall signed(ReceivedCall call) {
        return new ReceivedCall(call.source(), Optional.empty(), Optional.empty(), Optional.of("00"), call.body(), NOW);
    }
}
