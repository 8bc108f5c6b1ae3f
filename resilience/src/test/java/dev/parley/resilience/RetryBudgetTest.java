package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private final FakeTimer timer = new FakeTimer();

    private RetryBudget budget(double ratio, double perSecond) {
        return new RetryBudget(new RetryBudgetPolicy(ratio, perSecond, Duration.ofSeconds(1)), timer);
    }

    private static int drain(RetryBudget budget) {
        int drained = 0;
        while (budget.withdraw()) {
            drained++;
        }
        return drained;
    }

    @Test
    void itBeginsWithWhatASecondEarns() {
        assertThat(drain(RetryBudget.defaults())).isEqualTo(10);
    }

    @Test
    void everyFifthCallEarnsARepeat() {
        RetryBudget budget = budget(0.2, 0);
        assertThat(budget.withdraw()).isFalse();
        for (int i = 0; i < 4; i++) {
            budget.deposit();
            assertThat(budget.withdraw()).isFalse();
        }
        budget.deposit();
        assertThat(budget.withdraw()).isTrue();
        assertThat(budget.withdraw()).isFalse();
    }

    @Test
    void soDoesTime() {
        RetryBudget budget = budget(0, 10);
        drain(budget);
        timer.advance(Duration.ofMillis(99));
        assertThat(budget.withdraw()).isFalse();
        timer.advance(Duration.ofMillis(2));
        assertThat(budget.withdraw()).isTrue();
        assertThat(budget.withdraw()).isFalse();
    }

    @Test
    void anHourWithoutFailuresSavesNoMoreThanASecond() {
        RetryBudget budget = budget(0.2, 10);
        for (int i = 0; i < 3_600; i++) {
            for (int call = 0; call < 100; call++) {
                budget.deposit();
            }
            timer.advance(Duration.ofSeconds(1));
        }
        assertThat(drain(budget)).isEqualTo(30); // 20 % of a second's 100 calls, and 10
    }

    @Test
    void aClientWithACallAMinuteHasItsRepeatInTheEnd() {
        RetryBudget budget = budget(0.2, 0);
        for (int i = 0; i < 4; i++) {
            budget.deposit();
            timer.advance(Duration.ofMinutes(1));
            assertThat(budget.withdraw()).isFalse();
        }
        budget.deposit();
        timer.advance(Duration.ofMinutes(1));
        assertThat(budget.withdraw()).isTrue();
    }

    @Test
    void aClockThatJumpsEarnsNothingExtra() {
        RetryBudget budget = budget(0, 10);
        drain(budget);
        timer.advance(Duration.ofDays(365));
        assertThat(drain(budget)).isEqualTo(10);
        timer.advance(Duration.ofDays(-365));
        assertThat(budget.withdraw()).isFalse();
        timer.advance(Duration.ofMillis(500));
        assertThat(budget.snapshot().available()).isBetween(0.0, 10.0);
    }

    @Test
    void aViewWithoutDepositsTakesOutOfTheSame() {
        RetryBudget budget = budget(0.2, 0);
        RetryBudget inner = budget.withoutDeposits();
        for (int i = 0; i < 5; i++) {
            inner.deposit();
        }
        assertThat(inner.withdraw()).isFalse();
        for (int i = 0; i < 5; i++) {
            budget.deposit();
        }
        assertThat(inner.withdraw()).isTrue();
        assertThat(budget.withdraw()).isFalse();
        assertThat(budget.snapshot()).isEqualTo(new RetryBudget.Snapshot(0, 5, 1, 2));
    }

    /** Against the model in words: never more than all that was earned, and all of it if it is used as it comes. */
    @Property(tries = 300)
    void neverMoreThanWasEarned(@ForAll @Size(max = 200) List<@IntRange(min = 0, max = 3) Integer> steps) {
        FakeTimer clock = new FakeTimer();
        RetryBudget budget = new RetryBudget(RetryBudgetPolicy.defaults(), clock);
        double most = 10;
        int withdrawn = 0;
        for (int step : steps) {
            switch (step) {
                case 0 -> {
                    budget.deposit();
                    most += 0.2;
                }
                case 1 -> {
                    clock.advance(Duration.ofMillis(30));
                    most += 0.3;
                }
                case 2 -> {
                    clock.advance(Duration.ofSeconds(3));
                    most += 30;
                }
                default -> {
                    if (budget.withdraw()) {
                        withdrawn++;
                    }
                }
            }
            assertThat((double) withdrawn).isLessThanOrEqualTo(most + 1e-6);
            assertThat(budget.snapshot().available()).isGreaterThanOrEqualTo(0);
        }
    }
}
