package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Random calls against a model of a dozen lines. */
class RetryModelTest {

    /** What an attempt does: takes its time, and fails, unless the code is null; or the call is cancelled meanwhile. */
    record Step(int millis, @Nullable Code code, RetryAdvice advice, boolean cancels) {}

    @Provide
    Arbitrary<Step> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.of(
                                        Code.UNAVAILABLE,
                                        Code.UNAVAILABLE,
                                        Code.RESOURCE_EXHAUSTED,
                                        Code.INTERNAL,
                                        Code.NOT_FOUND)
                                .injectNull(0.1),
                        Arbitraries.of(
                                RetryAdvice.UNSTATED,
                                RetryAdvice.UNSTATED,
                                RetryAdvice.SAFE,
                                RetryAdvice.NEVER_LEFT,
                                RetryAdvice.after(Duration.ofMillis(300)),
                                RetryAdvice.after(Duration.ofDays(3650)),
                                RetryAdvice.NEVER),
                        Arbitraries.of(false, false, false, false, false, false, true))
                .as(Step::new);
    }

    @Property(tries = 1000)
    void aCallIsWhatItsModelIs(
            @ForAll @Size(10) List<@net.jqwik.api.From("steps") Step> steps,
            @ForAll @IntRange(min = 1, max = 10) int maxAttempts,
            @ForAll @IntRange(min = 1, max = 5_000) int deadlineMillis,
            @ForAll boolean idempotent,
            @ForAll @IntRange(min = 0, max = 8) int budget,
            @ForAll @LongRange(min = 0, max = 1_000) long seed) {
        SkippingTimer timer = new SkippingTimer();
        long begin = timer.nanoTime();
        Retry retry = new Retry(
                "model",
                RetryPolicy.defaults().withMaxAttempts(maxAttempts),
                budgetOf(budget, timer),
                Classifier.EXCEPTIONS,
                timer,
                new Random(seed));
        CallScope call = CallScope.builder(new Method(
                        "shop",
                        "Do",
                        Method.Kind.UNARY,
                        idempotent ? Method.Idempotency.IDEMPOTENT : Method.Idempotency.UNKNOWN))
                .deadline(Deadline.after(Duration.ofMillis(deadlineMillis), timer))
                .build();
        List<List<Outcome>> ends = new ArrayList<>();
        List<Long> begins = new ArrayList<>();
        List<CallException> thrown = new ArrayList<>();
        CallException error = null;
        try {
            Talk.within(
                    call,
                    () -> retry.<String, Integer>before((attempt, q) -> {
                                begins.add(timer.nanoTime() - begin);
                                assertThat(attempt.cancellation()).isEmpty();
                                return run(steps.get(begins.size() - 1), attempt, call, timer, ends, thrown);
                            })
                            .handle(call, "q"));
        } catch (CallException e) {
            error = e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }

        int expected = attemptsOf(steps, maxAttempts, deadlineMillis, idempotent, budget, new Random(seed));
        assertThat(begins).hasSize(expected);
        assertThat(begins.getFirst()).isZero();
        assertThat(begins.subList(1, expected))
                .allMatch(at -> at < Duration.ofMillis(deadlineMillis).toNanos());
        assertThat(ends).hasSize(expected).allMatch(each -> each.size() == 1);
        for (int i = 0; i < expected; i++) {
            boolean ok = steps.get(i).code == null;
            assertThat(ends.get(i).getFirst().isOk()).isEqualTo(ok);
            if (i < expected - 1) {
                assertThat(ends.get(i).getFirst()).isEqualTo(Outcome.failed(thrown.get(i)));
            }
        }
        assertThat(error == null).isEqualTo(steps.get(expected - 1).code == null);
        assertThat(retry.snapshot().budget().withdrawn()).isEqualTo(expected - 1L);
    }

    private static RetryBudget budgetOf(int repeats, SkippingTimer timer) {
        RetryBudget budget = new RetryBudget(new RetryBudgetPolicy(0.1, 0, Duration.ofMinutes(1)), timer);
        for (int i = 0; i < 10 * repeats + 8; i++) {
            budget.deposit(); // and one more by the call; what is over is less than is lost in the longest call's time
        }
        return budget;
    }

    private static int run(
            Step step,
            Call attempt,
            CallScope call,
            SkippingTimer timer,
            List<List<Outcome>> ends,
            List<CallException> thrown) {
        List<Outcome> own = new ArrayList<>();
        ends.add(own);
        attempt.onEnd(own::add);
        timer.pass(Duration.ofMillis(step.millis).toNanos());
        if (step.cancels) {
            call.cancel(new CallException(Code.CANCELLED, "enough"));
        }
        if (step.code == null) {
            return ends.size();
        }
        CallException error = Talk.failing(step.code, step.advice);
        thrown.add(error);
        throw error;
    }

    /** How many attempts there are to be. */
    private static int attemptsOf(
            List<Step> steps, int most, int deadlineMillis, boolean idempotent, int budget, Random random) {
        double now = 0;
        int repeats = budget;
        for (int attempt = 1; ; attempt++) {
            Step step = steps.get(attempt - 1);
            now += step.millis;
            boolean advised = step.advice.equals(RetryAdvice.SAFE) || step.advice instanceof RetryAdvice.After;
            boolean repeatable = step.code == Code.UNAVAILABLE
                    || (advised && (step.code == Code.RESOURCE_EXHAUSTED || step.code == Code.INTERNAL));
            boolean harmless = idempotent || step.advice.equals(RetryAdvice.NEVER_LEFT);
            if (step.code == null
                    || step.cancels
                    || step.advice.equals(RetryAdvice.NEVER)
                    || !repeatable
                    || !harmless
                    || attempt == most) {
                return attempt;
            }
            double wait = step.advice.equals(RetryAdvice.after(Duration.ofMillis(300)))
                    ? 300
                    : Math.floor(random.nextDouble() * Math.min(5_000, 100 * Math.pow(2, attempt - 1)) * 1e6) / 1e6;
            if (now + wait >= deadlineMillis || repeats == 0) {
                return attempt;
            }
            repeats--;
            now += wait;
        }
    }

    @Property(tries = 1000)
    void noBackoffIsLongerThanItsCap(
            @ForAll @IntRange(min = 1, max = 9) int repeat,
            @ForAll @IntRange(min = 1, max = 60_000) int initialMillis,
            @ForAll @IntRange(min = 1, max = 10) int multiplier,
            @ForAll @IntRange(min = 0, max = 60_000) int moreMillis,
            @ForAll @LongRange long seed) {
        Duration most = Duration.ofMillis(initialMillis + moreMillis);
        RetryPolicy policy = RetryPolicy.defaults().withBackoff(Duration.ofMillis(initialMillis), multiplier, most);
        double grown = initialMillis * 1e6 * Math.pow(multiplier, repeat - 1.0);
        assertThat(policy.backoffNanos(repeat, new Random(seed)))
                .isBetween(0L, (long) Math.min((double) most.toNanos(), grown));
        assertThat(policy.backoffNanos(repeat, () -> -1L)) // the longest that chance can make it
                .isCloseTo(
                        (long) Math.min((double) most.toNanos(), grown),
                        org.assertj.core.data.Percentage.withPercentage(0.01));
    }
}
