package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import io.netty.channel.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Where threads and event loops meet: no wake-up is lost, however they fall together. */
class WaitingTest {

    private static final int ROUNDS = 50_000;

    @Test
    void parkingLosesNoWakeUp() throws Exception {
        Parking parking = new Parking();
        AtomicInteger baton = new AtomicInteger();
        Parking back = new Parking();
        FutureTask<Object> waiter = Talk.start(() -> {
            for (int i = 0; i < ROUNDS; i += 2) {
                int turn = i + 1;
                parking.await(() -> baton.get() >= turn);
                baton.set(i + 2);
                back.wake();
            }
            return null;
        });
        FutureTask<Object> waker = Talk.start(() -> {
            for (int i = 0; i < ROUNDS; i += 2) {
                baton.set(i + 1);
                parking.wake();
                int turn = i + 2;
                back.await(() -> baton.get() >= turn);
            }
            return null;
        });
        Talk.result(waker);
        Talk.result(waiter);
        assertThat(baton).hasValue(ROUNDS);
    }

    @Test
    void parkingThrowsOnlyIfItMustWait() throws Exception {
        Parking parking = new Parking();
        FutureTask<Boolean> ready = Talk.start(() -> {
            Thread.currentThread().interrupt();
            parking.await(() -> true);
            return Thread.currentThread().isInterrupted();
        });
        assertThat(Talk.result(ready)).isTrue();
        FutureTask<Object> not = Talk.start(() -> {
            Thread.currentThread().interrupt();
            parking.await(() -> false);
            return null;
        });
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> Talk.result(not))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void theSendWindowLosesNoWakeUpAndIsBounded() throws Exception {
        SendWindow window = new SendWindow();
        AtomicLong pending = new AtomicLong();
        AtomicLong most = new AtomicLong();
        java.util.concurrent.LinkedTransferQueue<Integer> written = new java.util.concurrent.LinkedTransferQueue<>();
        FutureTask<Object> loop = Talk.start(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                int bytes = written.take();
                pending.addAndGet(-bytes);
                window.release(bytes);
            }
            return null;
        });
        java.util.Random random = new java.util.Random(1);
        FutureTask<Object> writer = Talk.start(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                int bytes = 1 + random.nextInt(40_000);
                window.acquire(bytes);
                most.accumulateAndGet(pending.addAndGet(bytes), Math::max);
                written.add(bytes);
            }
            return null;
        });
        Talk.result(writer);
        Talk.result(loop);
        assertThat(most.get()).isLessThan(SendWindow.HIGH + 40_000);
    }

    @Test
    void aSendWindowThatFailsLetsItsWriterGo() throws Exception {
        CallException gone = new CallException(Code.CANCELLED, "the client left");
        for (int i = 0; i < 1000; i++) {
            SendWindow window = new SendWindow();
            FutureTask<CallException> writer = Talk.start(() -> Talk.failure(() -> {
                while (true) {
                    window.acquire(SendWindow.HIGH);
                }
            }));
            window.fail(gone);
            assertThat(Talk.result(writer)).isSameAs(gone);
        }
    }

    private static final class Counter implements ReceivedBody.Reader {
        final AtomicLong consumed = new AtomicLong();
        final AtomicInteger firsts = new AtomicInteger();
        final AtomicInteger abandoned = new AtomicInteger();

        @Override
        public void firstRead() {
            firsts.incrementAndGet();
        }

        @Override
        public void consumed(int bytes) {
            consumed.addAndGet(bytes);
        }

        @Override
        public void abandoned(CallException reason) {
            abandoned.incrementAndGet();
        }
    }

    @Test
    void aReceivedBodyLosesNoChunk() throws Exception {
        for (int round = 0; round < 500; round++) {
            Counter reader = new Counter();
            ReceivedBody body = new ReceivedBody(reader, -1, Long.MAX_VALUE);
            FutureTask<byte[]> reading = Talk.start(body::readAll);
            FutureTask<Object> loop = Talk.start(() -> {
                for (int i = 0; i < 100; i++) {
                    body.offer(new byte[] {(byte) i});
                }
                body.end(Metadata.of("x-t", "v"));
                return null;
            });
            Talk.result(loop);
            byte[] all = Talk.result(reading);
            assertThat(all).hasSize(100);
            for (int i = 0; i < 100; i++) {
                assertThat(all[i]).isEqualTo((byte) i);
            }
            assertThat(reader.consumed).hasValue(100);
            assertThat(reader.firsts).hasValueLessThan(2);
            assertThat(body.trailers().get("x-t")).contains("v");
        }
    }

    @Test
    void aReceivedBodyGivesWhatCameBeforeItsFailure() {
        Counter reader = new Counter();
        ReceivedBody body = new ReceivedBody(reader, -1, Long.MAX_VALUE);
        CallException lost = new CallException(Code.UNAVAILABLE, "lost");
        body.offer(new byte[3]);
        body.fail(lost);
        assertThat(body.offer(new byte[3])).isFalse();
        assertThat(body.chunks().receive()).hasSize(3);
        assertThat(Talk.failure(() -> body.chunks().receive())).isSameAs(lost);
        body.close();
        assertThat(reader.abandoned).hasValue(0);
    }

    @Test
    void aReceivedBodyThatIsClosedEarlyIsAbandonedOnce() {
        Counter reader = new Counter();
        ReceivedBody body = new ReceivedBody(reader, -1, Long.MAX_VALUE);
        body.offer(new byte[3]);
        body.close();
        body.close();
        assertThat(reader.abandoned).hasValue(1);
        assertThat(body.offer(new byte[3])).isFalse();
        assertThat(Talk.failure(body::readAll).code()).isEqualTo(Code.CANCELLED);
        Counter second = new Counter();
        ReceivedBody ended = new ReceivedBody(second, -1, Long.MAX_VALUE);
        ended.end(new Metadata());
        ended.close();
        assertThat(second.abandoned).hasValue(0);
        assertThat(ended.readAll()).isEmpty();
    }

    @Test
    void theLoopQueueRunsAllInOrderAndFlushesAllOnce() throws Exception {
        EventLoop loop = Loops.shared().next();
        LoopQueue queue = LoopQueue.of(loop);
        AtomicInteger flushes = new AtomicInteger();
        AtomicBoolean unflushed = new AtomicBoolean();
        LoopQueue.Connection connection = new LoopQueue.Connection() {
            @Override
            void flush() {
                flushes.incrementAndGet();
                unflushed.set(false);
            }
        };
        int threads = 4;
        int each = 20_000;
        int[] next = new int[threads];
        CountDownLatch done = new CountDownLatch(threads * each);
        for (int t = 0; t < threads; t++) {
            int writer = t;
            Talk.start(() -> {
                for (int i = 0; i < each; i++) {
                    int number = i;
                    if (i % 100 == writer) {
                        queue.hold();
                        queue.release();
                    }
                    queue.submit(() -> {
                        if (next[writer]++ == number) {
                            done.countDown();
                        }
                        unflushed.set(true);
                        queue.wrote(connection);
                    });
                }
                return null;
            });
        }
        Talk.await(done);
        Talk.await("the last is flushed", () -> !unflushed.get());
        assertThat(flushes.get()).isBetween(1, threads * each - 1);
    }

    @Test
    void theLoopQueueLosesNoWakeUp() throws Exception {
        LoopQueue queue = LoopQueue.of(Loops.shared().next());
        Parking parking = new Parking();
        AtomicInteger ran = new AtomicInteger();
        FutureTask<Object> one = Talk.start(() -> {
            for (int i = 1; i <= ROUNDS; i++) {
                int turn = i;
                boolean held = i % 3 == 0;
                if (held) {
                    queue.hold();
                }
                queue.submit(() -> {
                    ran.incrementAndGet();
                    parking.wake();
                });
                if (held) {
                    queue.release();
                }
                parking.await(() -> ran.get() == turn);
            }
            return null;
        });
        Talk.result(one);
    }

    @Test
    void aWriteThatThrowsDoesNotStopTheOthers() throws Exception {
        LoopQueue queue = LoopQueue.of(Loops.shared().next());
        CountDownLatch ran = new CountDownLatch(1);
        queue.submit(() -> {
            throw new IllegalStateException("thrown on purpose; that it is logged is right");
        });
        queue.submit(ran::countDown);
        Talk.await(ran);
    }

    @Test
    void repliesAreNotHeldForGoodByAStarterThatNeverGetsItsTurn() throws Exception {
        EventLoop loop = Loops.shared().next();
        LoopQueue queue = LoopQueue.of(loop);
        java.util.concurrent.ThreadFactory never = task -> new Thread(() -> {});
        loop.submit(() -> {
                    queue.starter().start(never, () -> {});
                    queue.starter().start(never, () -> {});
                })
                .sync();
        loop.submit(() -> {}).sync(); // behind the start of the two
        assertThat(queue.isHeld()).isTrue();
        try {
            for (int i = 0; i < 20; i++) {
                queue.hold(); // as further turns do: a hold that is always a young one
                CountDownLatch ran = new CountDownLatch(1);
                queue.submit(ran::countDown);
                Talk.await(ran);
                queue.release();
            }
        } finally {
            queue.release();
        }
        assertThat(queue.isHeld()).isFalse();
    }
}
