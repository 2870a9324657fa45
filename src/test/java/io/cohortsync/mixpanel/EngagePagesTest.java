package io.cohortsync.mixpanel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortsync.config.MemberKeyField;
import io.cohortsync.config.MemberKeyField.Named;
import io.cohortsync.config.MemberKeyField.Property;
import io.cohortsync.config.SecretMask;
import io.cohortsync.config.SourceSettings.MixpanelSource;
import io.cohortsync.config.SyncSettings;
import io.cohortsync.source.Chunk;
import io.cohortsync.source.IncompleteSnapshotException;
import io.cohortsync.source.SnapshotReader;
import io.cohortsync.testing.Configured;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of a cohort: what is read of them, when they end, and what is never taken for one (contracts, section 6.1). */
class EngagePagesTest {

    private static final SyncSettings SYNC = Configured.sync(
            "vip",
            new MixpanelSource("product", true, Optional.empty(), Optional.of("777"), Optional.empty()),
            "12345",
            List.of());
    private static final List<MemberKeyField> COLUMNS = List.of(new Named("distinct_id"), new Property("$email"));

    /** Stands for what no message may ever show. */
    private static final String PERSON = "somebody";

    private final Pages pages = new Pages(new ObjectMapper(), new SecretMask(List.of("very-secret")));
    /** Begun anew before every try of a property, which jqwik makes with one instance of this class. */
    private CohortReading reading = pages.begin(SYNC, COLUMNS);

    private void take(String answer) {
        pages.take(reading, answer.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static String page(int page, int size, String... results) {
        return "{'page':" + page + ",'page_size':" + size + ",'session_id':'s-1','status':'ok','total':99,'results':["
                + String.join(",", results) + "]}";
    }

    private static String member(String id) {
        return "{'$distinct_id':'" + id + "','$properties':{'$email':'" + id + "@x.com'}}";
    }

    private static List<String> values(SnapshotReader snapshot) {
        List<String> values = new ArrayList<>();
        while (snapshot.hasNext()) {
            Chunk chunk = snapshot.next();
            for (int row = 0; row < chunk.rows(); row++) {
                int at = row;
                values.add(IntStream.range(0, chunk.columns())
                        .mapToObj(column -> chunk.value(at, column))
                        .collect(Collectors.joining("|")));
            }
        }
        assertThat(snapshot.complete()).isTrue();
        return values;
    }

    @Test
    void aShortPageIsTheLast() {
        take(page(0, 2, member("ann"), member("bob")));
        assertThat(reading.isMore()).isTrue();
        take(page(1, 2, member("cleo")));

        assertThat(reading.isMore()).isFalse();
        assertThat(values(pages.snapshot(reading)))
                .containsExactly("ann|ann@x.com", "bob|bob@x.com", "cleo|cleo@x.com");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'page':1}",
                "{'page':1,'page_size':2,'session_id':'s-1','status':'ok','total':99,'results':[]}",
                "{'page':1,'status':'ok','results':null}",
                "{'page':1,'status':'ok','results':[],'total':99,'computed_at':{'a':[1,{}]}}"
            })
    void afterAFullPageAnEmptyOneIsTheLast(String last) {
        take(page(0, 2, member("ann"), member("bob")));
        take(last);

        assertThat(reading.isMore()).isFalse();
        assertThat(values(pages.snapshot(reading))).hasSize(2);
    }

    @Test
    void anEmptyCohortIsOnePageOfNobody() {
        take(page(0, 1000));

        assertThat(reading.isMore()).isFalse();
        assertThat(values(pages.snapshot(reading))).isEmpty();
    }

    @Test
    void whatAMemberLacksIsEmptyAndWhatIsNoOneTextIsInvalid() {
        take(page(
                0,
                1000,
                "{'$properties':{'$email':null,'$name':'x'},'$distinct_id':7}",
                "{'$distinct_id':{},'$properties':{'$email':['a','b']}}",
                "{}",
                "{'$distinct_id':'d','$properties':null,'more':[[]]}",
                "{'$distinct_id':'d','$distinct_id':'e','$properties':{'$email':'1','$email':'2'}}",
                "{'$email':'beside','$properties':{'$distinct_id':'within','distinct_id':'x'},'$distinct_id':'d'}",
                "{'$distinct_id':'\\ud800'}"));

        assertThat(values(pages.snapshot(reading)))
                .containsExactly("7|", "\u0000|\u0000", "|", "d|", "\u0000|\u0000", "d|", "\u0000|");
    }

    @ParameterizedTest(name = "first page {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | is not one whole JSON object",
                "<html>Bad gateway</html> | is not one whole JSON object",
                "[] | is not one whole JSON object",
                "{'page':0,'page_size':1000,'status':'ok','results':[{'$distinct_id':'somebody' | is not one whole JSON object",
                "{'page':0,'status':'ok','results':[somebody]} | is not one whole JSON object",
                "{'page':0,'page_size':1000,'status':'ok','results':[]} {} | is not one whole JSON object",
                "{'page':0,'page_size':1000,'status':'error','results':[]} | has status \"error\" instead of \"ok\"",
                "{'page':0,'page_size':1000,'results':[]} | has no \"status\" instead of \"ok\"",
                "{'page':0,'page_size':1000,'status':'ok'} | is the first and has no \"results\"",
                "{'page':0,'page_size':1000,'status':'ok','results':{'a':'somebody'}} | has \"results\" that are no list",
                "{'page':0,'page_size':1000,'status':'ok','results':[],'results':[]} | has \"results\" twice",
                "{'page':0,'page_size':1000,'status':'ok','results':['somebody']} | has a result that is no object, number 1",
                "{'page':0,'page_size':1000,'status':'ok','results':[{'$properties':['somebody']}]} | has a result whose \"$properties\" are no object, number 1",
                "{'page':1,'page_size':1000,'status':'ok','results':[]} | says that it is page 1",
                "{'page_size':1000,'status':'ok','results':[]} | has no \"page\"",
                "{'page':'0','page_size':1000,'status':'ok','results':[]} | has a \"page\" that is no whole number",
                "{'page':1234567890123456789,'status':'ok','results':[]} | has a \"page\" that is no whole number",
                "{'page':0,'page_size':1000,'status':{},'results':[]} | has a \"status\" that is no text",
                "{'page':0,'status':'ok','session_id':'s','results':[{}]} | has no \"page_size\" of 1 or more, which tells whether there is another page",
                "{'page':0,'page_size':0,'status':'ok','session_id':'s','results':[{}]} | has no \"page_size\" of 1 or more, which tells whether there is another page",
                "{'page':0,'page_size':1,'status':'ok','results':[{}]} | is full and has no \"session_id\", without which the next cannot be asked for",
                "{'error':'your very-secret expired'} | is an error: your *** expired",
                "{'page':0,'page_size':1000,'status':'ok','results':[],'error':{}} | is an error:"
            })
    void whatIsNoPageFailsTheSnapshot(String answer, String finding) {
        assertThatThrownBy(() -> take(answer))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasNoCause()
                .hasMessage("Cohort 12345 of source product: Mixpanel's page 0 " + finding);
    }

    @ParameterizedTest(name = "second page {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'page':0,'page_size':1,'session_id':'s-1','status':'ok','results':[{}]} | says that it is page 0",
                "{'page':2,'page_size':1,'session_id':'s-1','status':'ok','results':[{}]} | says that it is page 2",
                "{'page':1,'page_size':1,'session_id':'s-2','status':'ok','results':[{}]} | belongs to another session",
                "{'page':1,'session_id':'s-1','results':[{}]} | has no \"status\" instead of \"ok\"",
                "{'page':1,'status':'processing'} | has status \"processing\" instead of \"ok\"",
                "{} | has no \"page\""
            })
    void aLaterPageIsOfTheSameSessionAndTheNext(String answer, String finding) {
        take(page(0, 1, member("ann")));

        assertThatThrownBy(() -> take(answer))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessage("Cohort 12345 of source product: Mixpanel's page 1 " + finding);
    }

    @Test
    void aSnapshotIsGivenOnlyOnceTheLastPageHasCome() {
        take(page(0, 1, member("ann")));

        assertThatThrownBy(() -> pages.snapshot(reading)).hasMessageContaining("has more pages");
    }

    @Test
    void pagesThatNeverEndAreLeftWhenTheHourIsFull() throws Exception {
        for (int i = 0; i < 59; i++) {
            pages.form(reading);
            take(page(i, 1, member("ann")));
        }
        assertThatThrownBy(() -> pages.form(reading))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessage(
                        "Cohort 12345 of source product has more than 59 pages, and Mixpanel's 60 queries an hour give"
                                + " at most 58,000 of them: have Mixpanel push it, by a custom webhook to /hooks/product and"
                                + " \"via: push\"");
    }

    @Test
    void anIdThatIsNoNumberNeverBecomesPartOfAQuery() {
        SyncSettings sync = Configured.sync("vip", SYNC.source(), "1}, \"a\": {", List.of());

        assertThatThrownBy(() -> pages.begin(sync, COLUMNS))
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessageContaining("the id of a Mixpanel cohort is a number");
    }

    @net.jqwik.api.Property(tries = 200)
    void everyMemberOfEveryPageIsReadOnceInOrder(
            @ForAll @IntRange(max = 40) int people, @ForAll @IntRange(min = 1, max = 7) int size) {
        reading = pages.begin(SYNC, COLUMNS);
        List<String> all = IntStream.range(0, people).mapToObj(i -> "p" + i).toList();
        int calls = 0;
        while (reading.isMore()) {
            List<String> some = all.subList(Math.min(people, calls * size), Math.min(people, (calls + 1) * size));
            take(page(calls++, size, some.stream().map(EngagePagesTest::member).toArray(String[]::new)));
        }
        assertThat(calls).isEqualTo(people / size + 1);
        assertThat(values(pages.snapshot(reading)))
                .isEqualTo(all.stream().map(id -> id + "|" + id + "@x.com").toList());
    }

    @net.jqwik.api.Property(tries = 1_000)
    void anyBytesAreAPageOrAClearFailure(@ForAll byte[] answer) {
        assertClear(answer);
    }

    /** A sound page in which something is cut, doubled, replaced or put in. */
    @Provide
    Arbitrary<byte[]> damaged() {
        byte[] sound = page(0, 3, member(PERSON), "{'$distinct_id':1e21,'$properties':{'$email':null}}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8);
        Arbitrary<byte[]> bits = Arbitraries.of(
                        "",
                        "{",
                        "}",
                        "[",
                        "]",
                        ",",
                        ":",
                        "\"",
                        "null",
                        "1e9999999999",
                        "-",
                        "\\u0000",
                        "\\ud800",
                        "\"results\":[",
                        "\"page\":0,",
                        "\"status\":\"ok\",",
                        "\uFEFF",
                        "\u0000",
                        "[".repeat(2_000),
                        "9".repeat(2_000))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(4);
        return Combinators.combine(
                        Arbitraries.integers().between(0, sound.length),
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.oneOf(bits, bytes),
                        Arbitraries.of(true, false))
                .as((at, gone, in, whole) -> {
                    byte[] begin = Arrays.copyOf(sound, at + in.length);
                    System.arraycopy(in, 0, begin, at, in.length);
                    byte[] rest = Arrays.copyOfRange(sound, Math.min(sound.length, at + gone), sound.length);
                    byte[] all = Arrays.copyOf(begin, begin.length + (whole ? rest.length : 0));
                    System.arraycopy(rest, 0, all, begin.length, whole ? rest.length : 0);
                    return all;
                });
    }

    @net.jqwik.api.Property(tries = 3_000)
    void aDamagedPageIsAPageOrAClearFailureThatQuotesNobody(@ForAll("damaged") byte[] answer) {
        assertClear(answer);
    }

    @Example
    void theUndamagedPageIsAPage() {
        take(page(0, 3, member(PERSON)));
        assertThat(values(pages.snapshot(reading))).containsExactly("somebody|somebody@x.com");
    }

    private void assertClear(byte[] answer) {
        reading = pages.begin(SYNC, COLUMNS);
        Throwable failure = catchThrowable(() -> pages.take(reading, answer));
        if (failure == null) {
            if (!reading.isMore()) {
                values(pages.snapshot(reading));
            }
        } else {
            assertThat(failure)
                    .isExactlyInstanceOf(IncompleteSnapshotException.class)
                    .hasNoCause();
            assertThat(failure.getMessage())
                    .startsWith("Cohort 12345 of source product: Mixpanel's page 0 ")
                    .doesNotContain(PERSON);
        }
        pages.end(reading);
    }
}
