package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributesTest {

    private final Attributes attributes = new Attributes();

    @Test
    void aValueIsFoundUnderItsOwnKeyOnly() {
        Attributes.Key<String> one = Attributes.Key.of("name");
        Attributes.Key<String> other = Attributes.Key.of("name");
        assertThat(attributes.get(one)).isEmpty();
        attributes.put(one, "a");
        assertThat(attributes.get(one)).contains("a");
        assertThat(attributes.get(other)).isEmpty();
        attributes.put(other, "b");
        attributes.put(one, "c");
        assertThat(attributes.get(one)).contains("c");
        assertThat(attributes.get(other)).contains("b");
    }

    @Test
    @SuppressWarnings("NullAway") // what the test is about
    void nothingIsNoValue() {
        Attributes.Key<String> key = Attributes.Key.of("principal");
        assertThatThrownBy(() -> attributes.put(key, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("principal");
    }

    @Test
    void manyThreadsLoseNothingOfEachOther() throws InterruptedException {
        List<Attributes.Key<Integer>> keys = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Attributes.Key<Integer> key = Attributes.Key.of("key " + i);
            keys.add(key);
            threads.add(Thread.ofVirtual().start(() -> {
                for (int value = 0; value <= 1_000; value++) {
                    attributes.put(key, value);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(keys).allSatisfy(key -> assertThat(attributes.get(key)).contains(1_000));
    }
}
