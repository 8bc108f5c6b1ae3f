package dev.parley.messaging.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** The dispatcher against what is promised of it, over any sequence of what can happen to it. */
class KeyDispatcherTest {

    private record Item(int number, @Nullable String key) {}

    /** What happens: an item comes (its key, empty for none), somebody asks for a batch, the batch at a place ends, items are taken out. */
    sealed interface Event {
        record Comes(String key) implements Event {}

        record Next(int max) implements Event {}

        record Ends(int place) implements Event {}

        record TakenOut(int divisor) implements Event {}
    }

    @Property(tries = 2000)
    void keepsItsPromises(@ForAll("events") List<Event> events, @ForAll @IntRange(min = 1, max = 4) int concurrency) {
        Model model = new Model(concurrency);
        for (Event event : events) {
            switch (event) {
                case Event.Comes(String key) -> model.comes(key.isEmpty() ? null : key);
                case Event.Next(int max) -> model.next(max);
                case Event.Ends(int place) -> model.ends(place);
                case Event.TakenOut(int divisor) -> model.takenOut(divisor);
            }
            model.check();
        }
        model.drain();
    }

    /** What is promised, kept as plainly as possible. */
    private static final class Model {
        private final KeyDispatcher<Item> dispatcher;
        private final int concurrency;
        private final Set<Item> waiting = new LinkedHashSet<>();
        private final List<List<Item>> running = new ArrayList<>();
        private final Map<String, Integer> lastOfKey = new HashMap<>();
        private int numbers;

        Model(int concurrency) {
            this.concurrency = concurrency;
            this.dispatcher = new KeyDispatcher<>(concurrency, Item::key);
        }

        void comes(@Nullable String key) {
            Item item = new Item(numbers++, key);
            waiting.add(item);
            dispatcher.offer(item);
        }

        boolean next(int max) {
            List<Item> batch = dispatcher.next(max);
            Set<String> busy = busy();
            boolean any = waiting.stream().anyMatch(item -> item.key() == null || !busy.contains(item.key()));
            if (running.size() == concurrency || !any) {
                assertThat(batch).as("nobody's turn").isEmpty();
                return false;
            }
            assertThat(batch).as("somebody's turn").isNotEmpty().hasSizeLessThanOrEqualTo(max);
            for (Item item : batch) {
                assertThat(waiting.remove(item)).as("once only: %s", item).isTrue();
                String key = item.key();
                if (key != null) {
                    assertThat(busy).as("one batch a key").doesNotContain(key);
                    Integer last = lastOfKey.put(key, item.number());
                    assertThat(last == null || last < item.number())
                            .as("in order: %s", item)
                            .isTrue();
                    assertThat(waiting)
                            .as("none before it")
                            .noneMatch(other -> key.equals(other.key()) && other.number() < item.number());
                }
            }
            running.add(batch);
            return true;
        }

        void ends(int place) {
            if (!running.isEmpty()) {
                dispatcher.done(running.remove(place % running.size()));
            }
        }

        void takenOut(int divisor) {
            List<Item> expected = waiting.stream()
                    .filter(item -> item.number() % divisor == 0)
                    .toList();
            assertThat(dispatcher.removeIf(item -> item.number() % divisor == 0))
                    .containsExactlyInAnyOrderElementsOf(expected);
            expected.forEach(waiting::remove);
        }

        void check() {
            assertThat(dispatcher.running()).isEqualTo(running.size());
            assertThat(dispatcher.waiting()).isEqualTo(waiting.size());
            Set<String> keys = busy();
            waiting.forEach(item -> {
                if (item.key() != null) {
                    keys.add(item.key());
                }
            });
            assertThat(dispatcher.keys()).as("no key without an item").isEqualTo(keys.size());
        }

        void drain() {
            while (!waiting.isEmpty() || !running.isEmpty()) {
                if (!next(3)) {
                    assertThat(running).as("it goes on").isNotEmpty();
                    ends(0);
                }
                check();
            }
            assertThat(dispatcher.keys()).isZero();
        }

        private Set<String> busy() {
            Set<String> busy = new HashSet<>();
            running.forEach(batch -> batch.forEach(item -> {
                if (item.key() != null) {
                    busy.add(item.key());
                }
            }));
            return busy;
        }
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Event> comes = Arbitraries.of("", "a", "b", "c").map(Event.Comes::new);
        Arbitrary<Event> next = Arbitraries.integers().between(1, 4).map(Event.Next::new);
        Arbitrary<Event> ends = Arbitraries.integers().between(0, 3).map(Event.Ends::new);
        Arbitrary<Event> taken = Arbitraries.integers().between(1, 3).map(Event.TakenOut::new);
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(5, comes),
                        net.jqwik.api.Tuple.of(4, next),
                        net.jqwik.api.Tuple.of(3, ends),
                        net.jqwik.api.Tuple.of(1, taken))
                .list()
                .ofMaxSize(60);
    }
}
