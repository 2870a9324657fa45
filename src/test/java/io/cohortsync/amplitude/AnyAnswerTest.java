package io.cohortsync.amplitude;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.Secret;
import io.cohortsync.config.SecuritySettings;
import io.cohortsync.config.Settings;
import io.cohortsync.config.SourceSettings.AmplitudeSource;
import io.cohortsync.config.SourceSettings.Api;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.DownloadedCohorts;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.NotYetException;
import io.cohortsync.source.Told;
import io.cohortsync.testing.Configured;
import io.cohortsync.testing.Damage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
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
import org.springframework.util.unit.DataSize;

/** Whatever Amplitude answers to a source, it is understood or ends the run in words. */
class AnyAnswerTest {

    private static final List<String> SOUND = List.of(
            "{\"cohorts\":[{\"id\":\"c1\",\"name\":\"P\",\"archived\":false,\"published\":true,\"finished\":true,"
                    + "\"size\":3,\"lastMod\":1763719200,\"lastComputed\":1763719200,\"owners\":[\"a@x.com\"]}]}",
            "{\"request_id\":\"r1\",\"cohort_id\":\"c1\",\"async_status\":\"JOB INPROGRESS\"}");

    private final AmplitudeSource source = new AmplitudeSource(
            "amp",
            true,
            Optional.of(new Api("http://127.0.0.1:1", new Secret("k"), new Secret("s"))),
            500,
            Duration.ofSeconds(1),
            Optional.empty());
    private final SyncSettings sync = Configured.sync("vip", source, "c1", List.of());
    private final Clock clock = Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneOffset.UTC);
    private final Settings settings = new Settings(
            ZoneOffset.UTC,
            Map.of("amp", source),
            Map.of(),
            Map.of(),
            false,
            false,
            new SecuritySettings(true),
            DataSize.ofMegabytes(1));
    private final ObjectMapper json = new ObjectMapper();
    private final CohortList list = new CohortList(json);
    private final Downloading downloading =
            new Downloading(json, new DownloadedCohorts(), new Asking(settings, clock), clock);

    @Property(tries = 2_000)
    void isUnderstoodOrEndsTheRunInWords(@ForAll boolean aList, @ForAll long seed) {
        Random random = new Random(seed);
        String body = Damage.done(SOUND.get(aList ? 0 : 1), random);
        byte[] answer = body.getBytes(StandardCharsets.UTF_8);
        Job job = new Job("amp", "r1", clock.instant().plusSeconds(60), false);
        understoodOrToldInWords(answer, stream -> {
            Told told = list.told(stream, sync);
            assertThat(told.state().orElse("")).hasSizeLessThan(200);
        });
        understoodOrToldInWords(answer, list::choices);
        understoodOrToldInWords(
                answer,
                stream -> assertThat(downloading.begun("amp", stream).id()).isNotBlank());
        understoodOrToldInWords(answer, stream -> downloading.polled(job, random.nextBoolean() ? 200 : 202, stream));
    }

    private static void understoodOrToldInWords(byte[] answer, Consumer<InputStream> reader) {
        try {
            reader.accept(new ByteArrayInputStream(answer));
        } catch (IncompleteSnapshotException | NotYetException told) {
            assertThat(told.getMessage()).isNotBlank().doesNotContain("a@x.com");
        }
    }
}
