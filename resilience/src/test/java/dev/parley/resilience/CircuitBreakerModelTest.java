package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.resilience.CircuitBreaker.State;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The lock-free breaker against one that is written down as the documentation has it. */
class CircuitBreakerModelTest {

    private static final CircuitBreakerPolicy POLICY = CircuitBreakerPolicy.defaults()
            .withConsecutiveFailures(3)
            .withMinimumCalls(5)
            .withWindow(Duration.ofSeconds(1))
            .withOpenTime(Duration.ofSeconds(2))
            .withProbes(2);
    private static final CallException FAILURE = new CallException(Code.UNAVAILABLE, "so the test says");

    private record Permit(long real, int generation) {}

    private record Ended(long second, boolean failed) {}

    /** Sequential, with everything that happened in a list. */
    private static final class Model {
        long now; // milliseconds
        State state = State.CLOSED;
        int generation;
        List<Ended> ended = new ArrayList<>();
        long origin;
        int inARow;
        long since;
        int probes;
        int good;

        boolean acquire() {
            if (state == State.OPEN && now - since >= 2_000) {
                become(State.HALF_OPEN);
            }
            if (state == State.HALF_OPEN && probes == 2 && now - since >= 2_000) {
                become(State.HALF_OPEN);
            }
            if (state == State.HALF_OPEN && probes < 2) {
                probes++;
                return true;
            }
            return state == State.CLOSED;
        }

        void end(int of, boolean failed) {
            if (of != generation) {
                return;
            }
            if (state == State.CLOSED) {
                ended.add(new Ended((now - origin) / 100, failed));
                inARow = failed ? inARow + 1 : 0;
                if (failed && (inARow == 3 || (calls() >= 5 && failures() * 2 >= calls()))) {
                    become(State.OPEN);
                }
            } else if (state == State.HALF_OPEN && failed) {
                become(State.OPEN);
            } else if (state == State.HALF_OPEN && ++good == 2) {
                become(State.CLOSED);
            }
        }

        void release(int of) {
            if (of == generation && state == State.HALF_OPEN) {
                probes--;
            }
        }

        private void become(State next) {
            state = next;
            generation++;
            since = now;
            origin = now;
            probes = 0;
            good = 0;
            inARow = 0;
            ended = new ArrayList<>();
        }

        int calls() {
            return live().size();
        }

        int failures() {
            return (int) live().stream().filter(Ended::failed).count();
        }

        private List<Ended> live() {
            long bucket = (now - origin) / 100;
            return ended.stream().filter(call -> call.second() > bucket - 10).toList();
        }
    }

    @Property
    void doesWhatTheModelDoes(
            @ForAll @Size(min = 1, max = 300) List<@IntRange(min = 0, max = 9_999) Integer> steps,
            @ForAll long startNanos) {
        FakeTimer timer = new FakeTimer(startNanos);
        CircuitBreaker breaker = new CircuitBreaker("model", POLICY, timer);
        Model model = new Model();
        List<Permit> open = new ArrayList<>();
        for (int step : steps) {
            int what = step % 10;
            int with = step / 10;
            if (what < 4 || open.isEmpty()) {
                long permit = breaker.tryAcquire();
                assertThat(permit >= 0).as("let through").isEqualTo(model.acquire());
                if (permit >= 0) {
                    open.add(new Permit(permit, model.generation));
                }
            } else if (what == 9) {
                int millis = with % 5 == 0 ? with * 3 : with / 10;
                timer.advance(Duration.ofMillis(millis));
                model.now += millis;
            } else {
                Permit permit = open.remove(with % open.size());
                end(breaker, model, permit, what);
            }
            CircuitBreakerSnapshot seen = breaker.snapshot();
            assertThat(seen.state()).isEqualTo(model.state);
            assertThat(seen.calls()).isEqualTo(model.calls());
            assertThat(seen.failures()).isEqualTo(model.failures());
            assertThat(seen.consecutiveFailures()).isEqualTo(model.inARow);
        }
    }

    private static void end(CircuitBreaker breaker, Model model, Permit permit, int how) {
        if (how == 4) {
            breaker.release(permit.real());
            model.release(permit.generation());
        } else if (how < 7) {
            breaker.onFailure(permit.real(), FAILURE);
            model.end(permit.generation(), true);
        } else {
            breaker.onSuccess(permit.real());
            model.end(permit.generation(), false);
        }
    }

    /** However the clock jumps: no exception, and one open time of an honest clock later calls go through. */
    @Property
    void noClockKeepsItShut(@ForAll @Size(max = 40) List<Long> jumps, @ForAll @IntRange(max = 2) int failuresBetween) {
        FakeTimer timer = new FakeTimer();
        CircuitBreaker breaker = new CircuitBreaker("jumps", POLICY, timer);
        for (long jump : jumps) {
            timer.advance(Duration.ofNanos(jump));
            for (int i = 0; i <= failuresBetween; i++) {
                long permit = breaker.tryAcquire();
                if (permit >= 0) {
                    breaker.onFailure(permit, FAILURE);
                }
            }
            breaker.snapshot();
        }
        timer.advance(POLICY.openTime().multipliedBy(2)); // twice, if the last jump went back by nearly one
        assertThat(breaker.tryAcquire()).isGreaterThanOrEqualTo(0);
    }
}
