package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Code;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Of retry, budget and hedging: the defaults, and wrong values, which are named. */
class RetryPolicyTest {

    private static final RetryPolicy RETRY = RetryPolicy.defaults();
    private static final RetryBudgetPolicy BUDGET = RetryBudgetPolicy.defaults();
    private static final HedgingPolicy HEDGING = HedgingPolicy.defaults();

    static Stream<Arguments> wrong() {
        return Stream.of(
                wrong("maxAttempts", "0", () -> RETRY.withMaxAttempts(0)),
                wrong("maxAttempts", "-1", () -> RETRY.withMaxAttempts(-1)),
                wrong("maxAttempts", "11", () -> RETRY.withMaxAttempts(11)),
                wrong("initialBackoff", "PT0S", () -> RETRY.withBackoff(Duration.ZERO, 2, Duration.ofSeconds(1))),
                wrong(
                        "initialBackoff",
                        "PT2S",
                        () -> RETRY.withBackoff(Duration.ofSeconds(2), 2, Duration.ofSeconds(1))),
                wrong(
                        "maxBackoff",
                        "PT1H0.001S",
                        () -> RETRY.withBackoff(
                                Duration.ofMillis(1), 2, Duration.ofHours(1).plusMillis(1))),
                wrong("maxBackoff", "PT-1S", () -> RETRY.withBackoff(Duration.ofMillis(1), 2, Duration.ofSeconds(-1))),
                wrong(
                        "backoffMultiplier",
                        "0.9",
                        () -> RETRY.withBackoff(Duration.ofMillis(1), 0.9, Duration.ofSeconds(1))),
                wrong(
                        "backoffMultiplier",
                        "NaN",
                        () -> RETRY.withBackoff(Duration.ofMillis(1), Double.NaN, Duration.ofSeconds(1))),
                wrong("retryableCodes", "CANCELLED", () -> RETRY.withRetryableCodes(Set.of(Code.CANCELLED))),
                wrong("advisedCodes", "CANCELLED", () -> RETRY.withAdvisedCodes(Set.of(Code.CANCELLED))),
                wrong("perAttemptTimeout", "PT-1S", () -> RETRY.withPerAttemptTimeout(Duration.ofSeconds(-1))),
                wrong(
                        "perAttemptTimeout",
                        "PT2S",
                        () -> RETRY.withPerAttemptTimeout(Duration.ofSeconds(2)).within(Duration.ofSeconds(1))),
                wrong("replayMessages", "-1", () -> RETRY.withReplay(-1, 0)),
                wrong("replayBytes", "-1", () -> RETRY.withReplay(0, -1)),
                wrong("ratio", "-0.1", () -> BUDGET.withRatio(-0.1)),
                wrong("ratio", "1.1", () -> BUDGET.withRatio(1.1)),
                wrong("perSecond", "-1.0", () -> BUDGET.withPerSecond(-1)),
                wrong("saving", "PT0S", () -> BUDGET.withSaving(Duration.ZERO)),
                wrong("maxAttempts", "6", () -> HEDGING.withMaxAttempts(6)),
                wrong("percentile", "1.0", () -> HEDGING.withPercentile(1)),
                wrong("minDelay", "PT-0.001S", () -> HEDGING.withMinDelay(Duration.ofMillis(-1))),
                wrong("minSamples", "9", () -> HEDGING.withMinSamples(9)),
                wrong("window", "PT0.5S", () -> HEDGING.withWindow(Duration.ofMillis(500))));
    }

    private static Arguments wrong(String field, String value, Callable<?> made) {
        return Arguments.of(field, value, made);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("wrong")
    void aWrongValueIsNamedWithItsField(String field, String value, Callable<?> made) {
        assertThatThrownBy(made::call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(field)
                .hasMessageContaining(value)
                .hasMessageContaining("must");
    }

    @Test
    void theDefaultsAreThoseOfTheHouse() {
        assertThat(RETRY)
                .isEqualTo(new RetryPolicy(
                        3,
                        Duration.ofMillis(100),
                        2,
                        Duration.ofSeconds(5),
                        Set.of(Code.UNAVAILABLE),
                        Set.of(Code.RESOURCE_EXHAUSTED, Code.INTERNAL, Code.DEADLINE_EXCEEDED),
                        null,
                        64,
                        1 << 20,
                        false));
        assertThat(BUDGET).isEqualTo(new RetryBudgetPolicy(0.2, 10, Duration.ofSeconds(1)));
        assertThat(HEDGING.maxAttempts()).isEqualTo(2);
        assertThat(HEDGING.percentile()).isEqualTo(0.95);
    }

    @Test
    void aLateBackoffIsCapped() {
        assertThat(RETRY.backoffNanos(9, () -> -1L)).isBetween(4_999_999_000L, 5_000_000_000L);
    }

    @Test
    void eachWithChangesItsOwn() {
        assertThat(RETRY.withMaxAttempts(4).maxAttempts()).isEqualTo(4);
        assertThat(RETRY.withRetryRejected(true).retryRejected()).isTrue();
        assertThat(RETRY.withReplay(1, 2)).isEqualTo(RETRY.withReplay(1, 2));
        assertThat(RETRY.withReplay(1, 2).replayMessages()).isEqualTo(1);
        assertThat(RETRY.withReplay(1, 2).replayBytes()).isEqualTo(2);
        assertThat(RETRY.withPerAttemptTimeout(Duration.ofSeconds(1))
                        .within(Duration.ofSeconds(1))
                        .perAttemptTimeout())
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(RETRY.withRetryableCodes(Set.of()).retryableCodes()).isEmpty();
        assertThat(BUDGET.withRatio(0.1).ratio()).isEqualTo(0.1);
        assertThat(HEDGING.withWindow(Duration.ofSeconds(2)).window()).isEqualTo(Duration.ofSeconds(2));
    }
}
