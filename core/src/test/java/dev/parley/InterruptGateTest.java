package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InterruptGateTest {

    private static final int ROUNDS = 20_000;

    @Test
    void firesOnlyWhileArmed() {
        InterruptGate gate = new InterruptGate();
        assertThat(gate.arm()).isTrue();
        assertThat(gate.isArmedHere()).isTrue();
        gate.fire();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(gate.isArmedHere()).isTrue();
        assertThat(gate.disarm()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(gate.isArmedHere()).isFalse();
        gate.fire();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(gate.arm()).isFalse();
    }

    @Test
    void keepsAnInterruptFromElsewhere() {
        InterruptGate gate = new InterruptGate();
        gate.arm();
        Thread.currentThread().interrupt();
        assertThat(gate.disarm()).isFalse();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(gate.arm()).isTrue(); // again, as nobody fired
        assertThatThrownBy(gate::arm).isInstanceOf(IllegalStateException.class);
        gate.disarm();
    }

    /** A canceller and a handler meet at every possible moment; no interrupt may be seen behind disarm. */
    @Test
    void noInterruptLeaksPastDisarm() throws Exception {
        CyclicBarrier round = new CyclicBarrier(2);
        InterruptGate[] gate = {new InterruptGate()};
        FutureTask<Integer> handler = Calls.start(() -> {
            int leaks = 0;
            for (int i = 0; i < ROUNDS; i++) {
                round.await();
                InterruptGate mine = gate[0];
                if (mine.arm()) {
                    spin(i % 50);
                    mine.disarm();
                }
                LockSupport.parkNanos(1); // returns at once if interrupted, and gives a late interrupt time
                leaks += Thread.interrupted() ? 1 : 0;
                round.await();
                leaks += Thread.interrupted() ? 1 : 0;
            }
            return leaks;
        });
        for (int i = 0; i < ROUNDS; i++) {
            gate[0] = new InterruptGate();
            round.await();
            spin(i / 50 % 50);
            gate[0].fire();
            round.await();
        }
        assertThat(Calls.result(handler)).isZero();
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }
}
