package io.cohortsync.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was put aside comes back as it was. */
class SnapshotSpoolTest {

    private static List<List<String>> rows(SnapshotReader snapshot) {
        List<List<String>> rows = new ArrayList<>();
        snapshot.forEachRemaining(chunk -> rows.addAll(CohortFiles.rows(chunk)));
        return rows;
    }

    @Test
    void recordsComeBackInTheirOrderAndInChunks() {
        SnapshotSpool spool = new SnapshotSpool(2);
        List<List<String>> given = new ArrayList<>();
        for (int i = 0; i < 25_000; i++) {
            given.add(List.of("person-" + i, i % 3 == 0 ? "" : "Zoë 😀 " + i));
        }
        given.forEach(spool::add);
        SnapshotReader snapshot = spool.read("A cohort");

        assertThat(rows(snapshot)).isEqualTo(given);
        assertThat(snapshot.complete()).isTrue();
        assertThat(spool.records()).isEqualTo(25_000);
    }

    @Test
    void nothingPutAsideIsACompleteSnapshotOfNobody() {
        SnapshotReader snapshot = new SnapshotSpool(1).read("A cohort");

        assertThat(snapshot.hasNext()).isFalse();
        assertThat(snapshot.complete()).isTrue();
    }

    @Test
    void halfASurrogatePairIsInvalidAndALongValueIsWhole() {
        SnapshotSpool spool = new SnapshotSpool(1);
        spool.add(List.of("\ud800"));
        spool.add(List.of("x".repeat(200_000)));

        assertThat(rows(spool.read("A cohort"))).containsExactly(List.of(Chunk.INVALID), List.of("x".repeat(200_000)));
    }

    @Test
    void aRecordHasOneValueForEachColumn() {
        try (SnapshotSpool spool = new SnapshotSpool(2)) {
            assertThatThrownBy(() -> spool.add(List.of("one"))).hasMessage("1 values for 2 columns");
        }
    }

    @Test
    void aReaderThatIsClosedEarlyIsNotComplete() {
        SnapshotSpool spool = new SnapshotSpool(1);
        spool.add(List.of("ann"));
        SnapshotReader snapshot = spool.read("A cohort");
        snapshot.close();

        assertThat(snapshot.complete()).isFalse();
        assertThatThrownBy(snapshot::hasNext)
                .isInstanceOf(IncompleteSnapshotException.class)
                .hasMessage("A cohort was closed before its end");
        assertThatThrownBy(() -> spool.add(List.of("x".repeat(100_000)))).hasMessageContaining("cannot be written");
    }
}
