package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.MessageEvent.Direction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who hears of messages. */
class MessageListenerTest {

    private final CallScope call =
            CallScope.builder(Method.unary("shop.v1.Shop", "Buy")).build();
    private final List<MessageEvent> heard = new ArrayList<>();

    private static MessageEvent sent(long sequence, Object message) {
        return new MessageEvent(Direction.SENT, sequence, message, 10, 7);
    }

    @Test
    void eachDirectionIsNumberedFromOne() {
        call.onMessage(heard::add);
        call.message(Direction.SENT, "a", 10, 7);
        call.message(Direction.RECEIVED, "b", 3, 3);
        call.message(Direction.SENT, "c", 10, 7);
        assertThat(heard)
                .containsExactly(sent(1, "a"), new MessageEvent(Direction.RECEIVED, 1, "b", 3, 3), sent(2, "c"));
    }

    @Test
    void aRequestThatWasReadBeforeIsToldToEachListener() {
        List<MessageEvent> second = new ArrayList<>();
        call.request("question", 20, 12);
        call.onMessage(heard::add);
        call.onMessage(second::add);
        assertThat(heard).containsExactly(new MessageEvent(Direction.RECEIVED, 1, "question", 20, 12));
        assertThat(second).isEqualTo(heard);
        call.message(Direction.RECEIVED, "more", 1, 1);
        assertThat(heard.getLast().sequence()).isEqualTo(2);
    }

    @Test
    void attemptsTellTheirCallAndNotEachOther() {
        CallScope first = CallScope.child(call);
        CallScope second = CallScope.child(call);
        List<MessageEvent> ofFirst = new ArrayList<>();
        List<MessageEvent> ofSecond = new ArrayList<>();
        call.onMessage(heard::add);
        first.onMessage(ofFirst::add);
        second.onMessage(ofSecond::add);
        first.message(Direction.SENT, "a", 10, 7);
        second.message(Direction.SENT, "a", 10, 7);
        assertThat(ofFirst).containsExactly(sent(1, "a"));
        assertThat(ofSecond).containsExactly(sent(1, "a"));
        assertThat(heard).containsExactly(sent(1, "a"), sent(2, "a"));
    }

    @Test
    void aCallMadeByAnotherIsNoAttemptAtIt() {
        call.onMessage(heard::add);
        CallScope other = CallScope.builder(Method.unary("shop.v1.Stock", "Check"))
                .parent(call)
                .build();
        other.message(Direction.SENT, "a", 10, 7);
        assertThat(heard).isEmpty();
    }

    @Test
    void aListenerThatThrowsChangesNothing() {
        call.onMessage(event -> {
            throw new IllegalStateException("a bug of the listener, on purpose");
        });
        call.onMessage(heard::add);
        call.message(Direction.SENT, "a", 10, 7);
        assertThat(heard).containsExactly(sent(1, "a"));
    }

    @Test
    void whatACallIsSpokenInIsThePeersProtocolUnlessAnEngineSaysMore() {
        CallScope.Builder builder =
                CallScope.builder(Method.unary("shop.v1.Shop", "Buy")).peer(new Peer("host", "h2"));
        assertThat(builder.build().protocol()).isEqualTo("h2");
        CallScope grpc = builder.protocol("GRPC").build();
        assertThat(grpc.protocol()).isEqualTo("GRPC");
        assertThat(CallScope.child(grpc).protocol()).isEqualTo("GRPC");
    }
}
