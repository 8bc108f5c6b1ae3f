package dev.parley.examples.shop.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeedTest {

    private final Feed<Integer> feed = new Feed<>(2, change -> change == 0);

    @Test
    void aWatcherSeesWhatWasAndWhatItWantsUntilTheLast() {
        Messages<Integer> even = feed.watch(List.of(2), change -> change % 2 == 0);
        feed.publish(3);
        feed.publish(4);
        feed.publish(0);
        feed.publish(6);
        assertThat(even.toList(10)).containsExactly(2, 4, 0);
    }

    @Test
    void aWatcherThatDoesNotReadIsDroppedWithAnError() {
        Messages<Integer> slow = feed.watch(List.of(), change -> true);
        for (int i = 1; i <= 100; i++) {
            feed.publish(i);
        }
        assertThatThrownBy(() -> slow.toList(1_000))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                .hasMessageContaining("changes behind");
    }

    @Test
    void watchersAreLimitedAndThoseWhoLeaveMakeRoom() {
        feed.watch(List.of(), change -> true);
        Messages<Integer> leaving = feed.watch(List.of(), change -> true);
        assertThatThrownBy(() -> feed.watch(List.of(), change -> true)).isInstanceOf(StoreFull.class);
        leaving.close();
        assertThat(feed.watch(List.of(7), change -> true).receive()).isEqualTo(7);
    }
}
