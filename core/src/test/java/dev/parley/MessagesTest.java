package dev.parley;

import static dev.parley.Calls.cancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MessagesTest {

    private final List<Outcome> ends = new ArrayList<>();
    private final List<String> got = new ArrayList<>();

    /** A source that says when it is cancelled. */
    private static final class Letters implements Messages.Source<String> {
        private final Iterator<String> letters = List.of("a", "b", "c").iterator();
        final List<CallException> cancels = new ArrayList<>();

        @Override
        public @Nullable String receive() {
            return letters.hasNext() ? letters.next() : null;
        }

        @Override
        public void cancel(CallException reason) {
            cancels.add(reason);
        }
    }

    private final Letters letters = new Letters();
    private final Messages<String> stream = Messages.<String>pull(letters).onClose(ends::add);

    @Test
    void isReadToItsEndAndStaysThere() {
        stream.forEach(got::add);
        assertThat(got).containsExactly("a", "b", "c");
        assertThat(stream.receive()).isNull();
        stream.close();
        assertThat(ends).containsExactly(Outcome.OK);
        assertThat(letters.cancels).isEmpty();
        stream.onClose(ends::add); // late: at once
        assertThat(ends).hasSize(2);
    }

    @Test
    void iteratorIsHandedOutOnce() {
        Iterator<String> iterator = stream.iterator();
        assertThat(iterator.next()).isEqualTo("a");
        assertThatThrownBy(stream::iterator).isInstanceOf(IllegalStateException.class);
        iterator.next();
        assertThat(iterator.hasNext()).isTrue();
        iterator.next();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void closeCancelsOnce() {
        stream.receive();
        stream.close();
        stream.close();
        assertThat(letters.cancels).extracting(CallException::code).containsExactly(Code.CANCELLED);
        assertThat(ends).extracting(Outcome::isOk).containsExactly(false);
        assertThatThrownBy(stream::receive).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> stream.drain(got::add)).isInstanceOf(CallException.class);
    }

    @Test
    void failureIsToldAgainAndCancelsTheSource() {
        Messages<String> failing = Messages.<String>pull(() -> {
                    throw new IOException("disk");
                })
                .onClose(ends::add);
        assertThatThrownBy(failing::receive).hasRootCauseMessage("disk").isInstanceOf(CallException.class);
        assertThatThrownBy(failing::receive).hasRootCauseMessage("disk");
        assertThat(ends).extracting(Outcome::code).containsExactly(java.util.Optional.of(Code.INTERNAL));
        assertThatThrownBy(() -> Messages.failed(cancelled("x")).receive()).hasMessage("x");
    }

    @Test
    void listenerThatThrowsDoesNotKeepTheOthersFromHearing() {
        Messages<String> empty = Messages.of();
        empty.onClose(outcome -> {
            throw new AssertionError("a listener's own trouble");
        });
        empty.onClose(ends::add);
        empty.receive();
        assertThat(ends).containsExactly(Outcome.OK);
    }

    @Test
    void mapChangesMessagesAndPassesTheCloseOn() {
        Messages<String> mapped = stream.map(text -> text + "!").onClose(ends::add);
        assertThat(mapped.receive()).isEqualTo("a!");
        mapped.close();
        assertThat(letters.cancels).hasSize(1);
        assertThat(ends).hasSize(2);
    }

    @Test
    void mapThatThrowsFailsTheStreamAndCancelsItsSource() {
        Messages<String> mapped = stream.map(text -> {
            throw new CallException(Code.DATA_LOSS, "torn");
        });
        assertThatThrownBy(mapped::receive).hasMessage("torn");
        assertThat(letters.cancels).hasSize(1);
    }

    @Test
    void mapThatThrowsWhileDrainedKeepsItsCode() {
        Messages<String> mapped = stream.map(text -> {
            throw new CallException(Code.DATA_LOSS, "torn");
        });
        assertThatThrownBy(() -> mapped.drain(got::add)).hasMessage("torn");
        assertThat(letters.cancels).hasSize(1);
    }

    @Test
    void toListHasALimit() {
        assertThat(Messages.of("a", "b").toList(2)).containsExactly("a", "b");
        assertThatThrownBy(() -> stream.toList(2))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("more than 2");
        assertThat(letters.cancels).extracting(CallException::code).containsExactly(Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void closeFromAnotherThreadIsNotAnEnd() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        Messages<String> blocked = Messages.pull(new Messages.Source<String>() {
            @Override
            public @Nullable String receive() throws InterruptedException {
                waiting.countDown();
                Calls.await(released);
                return null; // a source may say so when it is cancelled
            }

            @Override
            public void cancel(CallException reason) {
                released.countDown();
            }
        });
        FutureTask<String> reader = Calls.start(() -> "read " + blocked.receive());
        Calls.await(waiting);
        blocked.close();
        assertThatThrownBy(() -> Calls.result(reader)).hasCauseInstanceOf(CallException.class);
    }

    @Test
    void producedStreamIsDrainedOnTheCallersThread() {
        AtomicReference<@Nullable Thread> producer = new AtomicReference<>();
        Messages<String> produced = Messages.<String>produce(sink -> {
                    producer.set(Thread.currentThread());
                    sink.send("a");
                    sink.send("b");
                })
                .onClose(ends::add);
        produced.map(text -> text + "!").drain(got::add);
        assertThat(got).containsExactly("a!", "b!");
        assertThat(producer.get()).isSameAs(Thread.currentThread());
        assertThat(ends).containsExactly(Outcome.OK);
    }

    @Test
    void producedStreamIsPulledFromAThreadUnderTheSameCall() throws Exception {
        CallScope scope = Calls.call();
        Messages<String> produced = Messages.produce(sink -> {
            sink.send(Call.current() == scope ? "same" : "another");
            sink.send(Thread.currentThread().getName());
        });
        assertThat(Calls.in(scope, () -> produced.receive() + " " + produced.receive() + " " + produced.receive()))
                .isEqualTo("same parley-produce null");
    }

    @Test
    void producedStreamCanBePulledFirstAndDrainedThen() {
        Messages<String> produced = Messages.produce(sink -> {
            for (String letter : List.of("a", "b", "c")) {
                sink.send(letter);
            }
        });
        assertThat(produced.receive()).isEqualTo("a");
        assertThat(produced.toList(9)).containsExactly("b", "c");
    }

    @Test
    void producerThatIsNeverAskedNeverRuns() {
        Messages<String> produced = Messages.<String>produce(sink -> {
                    throw new AssertionError("must not run");
                })
                .onClose(ends::add);
        produced.close();
        assertThat(ends).hasSize(1);
        assertThatThrownBy(produced::receive).isInstanceOf(CallException.class);
    }

    @Test
    void sendThrowsOnceTheReaderHasLeft() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        Messages<String> produced = Messages.produce(sink -> {
            try {
                while (true) {
                    sink.send("x");
                }
            } catch (CallException e) {
                stopped.countDown();
                throw e;
            }
        });
        produced.receive();
        produced.close();
        Calls.await(stopped);
    }

    @Test
    void closeInterruptsAProducerThatWaitsElsewhere() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Messages<String> produced = Messages.produce(sink -> {
            sink.send("x");
            try {
                Calls.forever();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        produced.receive();
        produced.close();
        Calls.await(interrupted);
    }

    @Test
    void cancelledCallInterruptsAPulledProducer() throws Exception {
        CallScope scope = Calls.call();
        CountDownLatch interrupted = new CountDownLatch(1);
        Messages<String> produced = Messages.produce(sink -> {
            sink.send("x");
            try {
                Calls.forever();
            } finally {
                interrupted.countDown();
            }
        });
        Calls.in(scope, produced::receive);
        scope.cancel(cancelled("enough"));
        Calls.await(interrupted);
        assertThatThrownBy(produced::receive).hasMessage("enough");
    }

    @Test
    void closeInterruptsAProducerThatIsDrainedAndNothingAfterIt() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        Messages<String> produced = Messages.produce(sink -> {
            waiting.countDown();
            Calls.forever();
        });
        FutureTask<Boolean> drainer = Calls.start(() -> {
            assertThatThrownBy(() -> produced.drain(got::add)).isInstanceOf(CallException.class);
            return Thread.currentThread().isInterrupted();
        });
        Calls.await(waiting);
        produced.close();
        assertThat(Calls.result(drainer)).isFalse();
    }

    @Test
    void producerThatSwallowsAFailedSendFailsAllTheSame() {
        Messages<String> produced = Messages.produce(sink -> {
            try {
                sink.send("a");
            } catch (CallException e) {
                got.add("swallowed");
            }
        });
        assertThatThrownBy(() -> produced.drain(message -> {
                    throw new CallException(Code.UNAVAILABLE, "the receiver is gone");
                }))
                .hasMessage("the receiver is gone");
        assertThat(got).containsExactly("swallowed");
    }

    @Test
    void failureInMidStreamComesBehindTheMessages() {
        Messages<String> produced = Messages.produce(sink -> {
            sink.send("a");
            throw new CallException(Code.DATA_LOSS, "torn");
        });
        assertThat(produced.receive()).isEqualTo("a");
        assertThatThrownBy(produced::receive).hasMessage("torn");
    }
}
