package dev.parley.messaging.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Acknowledgements against a model of the server, in which a multiple one takes all up to its tag. */
class OpenTagsTest {

    /** What the server still waits for. */
    private final NavigableSet<Long> unacknowledged = new TreeSet<>();

    private OpenTags open = new OpenTags();

    private void push(long tag) {
        unacknowledged.add(tag);
        open.add(tag);
    }

    private void acknowledge(OpenTags.Frame frame) {
        assertThat(unacknowledged)
                .as("a channel ends over a tag that is not open")
                .contains(frame.tag());
        if (frame.multiple()) {
            unacknowledged.headSet(frame.tag(), true).clear();
        } else {
            unacknowledged.remove(frame.tag());
        }
    }

    @Property(tries = 2000)
    void theServerSettlesWhatWasSettledAndNothingElse(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int steps) {
        unacknowledged.clear();
        open = new OpenTags();
        Random random = new Random(seed);
        Set<Long> mine = new HashSet<>();
        long next = 1;
        for (int step = 0; step < steps; step++) {
            for (int more = random.nextInt(6); more > 0; more--) {
                push(next);
                mine.add(next++);
            }
            List<Long> acknowledged = new ArrayList<>();
            List<Long> settled = new ArrayList<>();
            for (long tag : List.copyOf(mine)) {
                if (random.nextInt(3) > 0) {
                    settled.add(tag);
                    if (random.nextInt(5) > 0) {
                        acknowledged.add(tag);
                    } else {
                        unacknowledged.remove(tag); // given back, before the others are acknowledged
                    }
                }
            }
            open.frames(acknowledged, settled).forEach(this::acknowledge);
            settled.forEach(open::remove);
            assertThat(settled).noneMatch(open::contains);
            settled.forEach(mine::remove);
            assertThat(unacknowledged).isEqualTo(new TreeSet<>(mine));
        }
    }

    @Test
    void whatIsInARowTakesOneFrameAndWhatIsBehindAGapOneEach() {
        for (long tag = 1; tag <= 6; tag++) {
            push(tag);
        }
        List<Long> done = List.of(3L, 1L, 2L, 5L, 6L);
        assertThat(open.frames(done, done))
                .containsExactly(
                        new OpenTags.Frame(3, true), new OpenTags.Frame(5, false), new OpenTags.Frame(6, false));
    }

    @Test
    void whatStaysOpenIsNotTakenAlong() {
        for (long tag = 1; tag <= 5; tag++) {
            push(tag);
        }
        open.frames(List.of(1L, 2L, 4L, 5L), List.of(1L, 2L, 4L, 5L)).forEach(this::acknowledge);
        assertThat(unacknowledged).containsExactly(3L);
    }

    @Test
    void theOldestIsOfWhatWasReceivedAndSaysItsTime() {
        Instant noon = Instant.parse("2026-11-27T12:00:00Z");
        for (long tag = 1; tag <= 4; tag++) {
            push(tag);
        }
        assertThat(open.size()).as("what was pushed is in flight").isEqualTo(4);
        assertThat(open.oldest()).isEmpty();
        open.received(1, Optional.empty());
        assertThat(open.oldest()).as("it does not say").isEmpty();
        open.received(2, Optional.of(noon));
        open.received(3, Optional.of(noon.minusSeconds(1)));
        assertThat(open.oldest()).contains(noon.minusSeconds(1));
        open.remove(3);
        assertThat(open.oldest()).contains(noon);
        open.received(3, Optional.of(noon.minusSeconds(2)));
        assertThat(open.contains(3)).as("what is settled does not come back").isFalse();
        open.remove(2);
        assertThat(open.oldest()).isEmpty();
        assertThat(open.size()).isEqualTo(2);
    }
}
