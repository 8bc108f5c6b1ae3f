package dev.parley;

import static dev.parley.Calls.cancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FanoutTest {

    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final CountDownLatch running = new CountDownLatch(1);

    /** A branch that ends only by an interrupt. */
    private String hang() throws InterruptedException {
        running.countDown();
        try {
            return Calls.forever();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
    }

    private static CallException missing() {
        return new CallException(Code.NOT_FOUND, "no such product");
    }

    @Test
    void branchesOverlap() {
        CyclicBarrier together = new CyclicBarrier(3);
        Callable<Integer> meet = () -> together.await(10, TimeUnit.SECONDS);
        try (Fanout fanout = Fanout.all()) {
            Branch<Integer> one = fanout.required("one", meet);
            Branch<Integer> two = fanout.required("two", meet);
            Branch<Integer> three = fanout.optional("three", meet);
            fanout.join();
            assertThat(one.get() + two.get() + three.get()).isEqualTo(3);
        }
    }

    @Test
    void firstRequiredFailureInterruptsTheRest() throws Exception {
        try (Fanout fanout = Fanout.all()) {
            Branch<String> stock = fanout.required("stock", this::hang);
            fanout.required("price", () -> {
                Calls.await(running);
                throw missing();
            });
            assertThatThrownBy(fanout::join).hasMessage("no such product");
            Calls.await(interrupted);
            assertThat(stock.failure()).map(CallException::code).contains(Code.CANCELLED);
            assertThatThrownBy(stock::get).hasMessageContaining("no such product");
        }
    }

    @Test
    void settleLetsTheOthersFinish() {
        CountDownLatch failed = new CountDownLatch(1);
        try (Fanout fanout = Fanout.settle()) {
            Branch<String> bad = fanout.required("bad", () -> {
                failed.countDown();
                throw missing();
            });
            Branch<String> good = fanout.required("good", () -> {
                Calls.await(failed);
                return "done";
            });
            assertThatThrownBy(fanout::join).hasMessage("no such product");
            assertThat(good.get()).isEqualTo("done");
            assertThat(bad.failure()).isPresent();
        }
    }

    @Test
    void optionalBranchMayFail() {
        try (Fanout fanout = Fanout.all()) {
            Branch<String> more = fanout.optional("more", () -> {
                throw new IllegalStateException("bug");
            });
            Branch<String> one = fanout.required("one", () -> "1");
            fanout.join();
            assertThat(one.get()).isEqualTo("1");
            assertThat(more.orElse("none")).isEqualTo("none");
            assertThat(more.failure()).map(CallException::code).contains(Code.INTERNAL);
        }
    }

    @Test
    void optionalBranchThatIsOutOfTimeDoesNotHoldUpTheJoin() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        FakeTimer timer = new FakeTimer();
        CallScope scope = CallScope.builder(Calls.METHOD)
                .deadline(Deadline.after(Duration.ofSeconds(60), timer))
                .build();
        Calls.in(scope, () -> {
            try (Fanout fanout = Fanout.all()) {
                Branch<String> slow = fanout.optional("slow", Duration.ofMillis(300), () -> {
                    while (release.getCount() > 0) {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            interrupted.countDown(); // and goes on in spite of it
                        }
                    }
                    return "late";
                });
                timer.advance(300_000_000);
                fanout.join();
                assertThat(slow.orElse("none")).isEqualTo("none");
                assertThat(slow.failure()).map(CallException::code).contains(Code.DEADLINE_EXCEEDED);
                release.countDown();
            }
            return "";
        });
        assertThat(timer.waiting()).isZero();
        assertThat(scope.cancellation()).isEmpty();
    }

    @Test
    void cancellationOfTheCallReachesBranches() throws Exception {
        CallScope scope = Calls.call();
        assertThatThrownBy(() -> Calls.in(scope, () -> {
                    try (Fanout fanout = Fanout.settle()) {
                        fanout.required("stock", this::hang);
                        Calls.start(() -> {
                            Calls.await(running);
                            return scope.cancel(cancelled("the client has left"));
                        });
                        fanout.join();
                        return "";
                    }
                }))
                .hasMessage("the client has left");
        Calls.await(interrupted);
    }

    @Test
    void deadlineOfTheCallReachesBranches() throws Exception {
        FakeTimer timer = new FakeTimer();
        CallScope scope = CallScope.builder(Calls.METHOD)
                .deadline(Deadline.after(Duration.ofSeconds(1), timer))
                .build()
                .armDeadline(timer);
        assertThatThrownBy(() -> Calls.in(scope, () -> {
                    try (Fanout fanout = Fanout.all()) {
                        fanout.required("stock", () -> {
                            assertThat(Call.current().deadline()).isSameAs(scope.deadline());
                            return hang();
                        });
                        Calls.await(running);
                        timer.advance(1_000_000_000);
                        fanout.join();
                        return "";
                    }
                }))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
        Calls.await(interrupted);
    }

    @Test
    void branchesRunUnderAPartOfTheCall() throws Exception {
        CallScope scope = Calls.call();
        Attributes.Key<String> tenant = Attributes.Key.of("tenant");
        scope.attributes().put(tenant, "acme");
        String seen = Calls.in(scope, () -> {
            try (Fanout fanout = Fanout.all()) {
                Branch<String> branch = fanout.required(
                        "who",
                        () -> Call.current().method() + " of "
                                + Call.current().attributes().get(tenant).orElseThrow());
                fanout.join();
                return branch.get();
            }
        });
        assertThat(seen).isEqualTo("test.Service/Do of acme");
    }

    @Test
    void carriersGoAlong() {
        ThreadLocal<String> trace = ThreadLocal.withInitial(() -> "none");
        Call.Registration registration = Carrier.register(() -> {
            String captured = trace.get();
            return new Carrier.Snapshot() {
                @Override
                public <T> T call(Callable<T> task) throws Exception {
                    String before = trace.get();
                    trace.set(captured);
                    try {
                        return task.call();
                    } finally {
                        trace.set(before);
                    }
                }
            };
        });
        trace.set("trace-1");
        try (Fanout fanout = Fanout.all()) {
            Branch<String> branch = fanout.required("traced", trace::get);
            fanout.join();
            assertThat(branch.get()).isEqualTo("trace-1");
        } finally {
            registration.remove();
            trace.remove();
        }
    }

    @Test
    void closeWithoutJoinInterruptsAndWaits() throws Exception {
        try (Fanout fanout = Fanout.all()) {
            fanout.required("stock", this::hang);
            Calls.await(running);
        }
        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void misuseIsToldByName() {
        try (Fanout fanout = Fanout.all()) {
            Branch<String> early = fanout.required("early", this::hang);
            assertThatThrownBy(early::get)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("early");
        }
        try (Fanout fanout = Fanout.all()) {
            fanout.join();
            assertThatThrownBy(() -> fanout.required("late", () -> ""))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("late");
        }
    }
}
