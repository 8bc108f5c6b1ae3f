package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Code;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings: the defaults that users were promised, and what is refused. */
class StatePoliciesTest {

    private static final CircuitBreakerPolicy BREAKER = CircuitBreakerPolicy.defaults();
    private static final BulkheadPolicy BULKHEAD = BulkheadPolicy.defaults();
    private static final RateLimiterPolicy RATE = RateLimiterPolicy.defaults();
    private static final TimeoutPolicy TIMEOUT = TimeoutPolicy.defaults();
    private static final LoadShedderPolicy SHEDDER = LoadShedderPolicy.defaults();

    @Test
    void theBreakersDefaultsAreThoseOfTheDesign() {
        assertThat(BREAKER.consecutiveFailures()).isEqualTo(5);
        assertThat(BREAKER.failureRate()).isEqualTo(0.5);
        assertThat(BREAKER.minimumCalls()).isEqualTo(20);
        assertThat(BREAKER.window()).isEqualTo(Duration.ofSeconds(10));
        assertThat(BREAKER.openTime()).isEqualTo(Duration.ofSeconds(30));
        assertThat(BREAKER.probes()).isEqualTo(3);
        assertThat(BREAKER.failures())
                .containsExactlyInAnyOrder(
                        Code.UNKNOWN,
                        Code.DEADLINE_EXCEEDED,
                        Code.INTERNAL,
                        Code.UNAVAILABLE,
                        Code.DATA_LOSS,
                        Code.RESOURCE_EXHAUSTED);
    }

    static Stream<Arguments> wrongSettings() {
        Duration negative = Duration.ofSeconds(-1);
        Duration endless = Duration.ofDays(400);
        return Stream.of(
                wrong("consecutiveFailures", "0", () -> BREAKER.withConsecutiveFailures(0)),
                wrong("failureRate", "NaN", () -> BREAKER.withFailureRate(Double.NaN)),
                wrong("failureRate", "1.5", () -> BREAKER.withFailureRate(1.5)),
                wrong("failureRate", "0.0", () -> BREAKER.withFailureRate(0)),
                wrong("minimumCalls", "-3", () -> BREAKER.withMinimumCalls(-3)),
                wrong("window", "PT0S", () -> BREAKER.withWindow(Duration.ZERO)),
                wrong("window", "PT9600H", () -> BREAKER.withWindow(endless)),
                wrong("openTime", "PT-1S", () -> BREAKER.withOpenTime(negative)),
                wrong("probes", "0", () -> BREAKER.withProbes(0)),
                wrong("failures", "empty", () -> BREAKER.withFailures(Set.of())),
                wrong("maxConcurrent", "0", () -> BULKHEAD.withMaxConcurrent(0)),
                wrong("maxWaiting", "-1", () -> BULKHEAD.withMaxWaiting(-1)),
                wrong("maxWait", "PT-1S", () -> BULKHEAD.withMaxWait(negative)),
                wrong("permits", "0", () -> RATE.withPermits(0)),
                wrong("permits", "100000000", () -> RATE.withPermits(100_000_000)),
                wrong("period", "PT0S", () -> RATE.withPeriod(Duration.ZERO)),
                wrong("burst", "0", () -> RATE.withBurst(0)),
                wrong("burst", "1000000000", () -> RATE.withBurst(1_000_000_000)),
                wrong("maxWait", "PT9600H", () -> RATE.withMaxWait(endless)),
                wrong("limit", "PT0S", () -> TIMEOUT.withLimit(Duration.ZERO)),
                wrong("limit", "PT9600H", () -> TIMEOUT.withLimit(endless)),
                wrong("minConcurrent", "0", () -> SHEDDER.withMinConcurrent(0)),
                wrong("maxConcurrent", "19", () -> SHEDDER.withMaxConcurrent(19)),
                wrong("tolerance", "0.5", () -> SHEDDER.withTolerance(0.5)),
                wrong("slack", "PT-1S", () -> SHEDDER.withSlack(negative)),
                wrong("window", "PT0S", () -> SHEDDER.withWindow(Duration.ZERO)),
                wrong("minimumSamples", "0", () -> SHEDDER.withMinimumSamples(0)),
                wrong("name", "' '", () -> new CircuitBreaker(" ", BREAKER)),
                wrong("name", "''", () -> new Bulkhead("", BULKHEAD)),
                wrong("name", "''", () -> new RateLimiter("", RATE)),
                wrong("name", "''", () -> new Timeout("", TIMEOUT)),
                wrong("name", "''", () -> new LoadShedder("", SHEDDER)));
    }

    private static Arguments wrong(String setting, String value, Supplier<Object> made) {
        return Arguments.of(setting, value, made);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("wrongSettings")
    void isRefusedByName(String setting, String value, Supplier<Object> made) {
        assertThatThrownBy(made::get)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(setting + " must ")
                .hasMessageContaining(value);
    }

    @Test
    void whatIsOnTheBorderIsTaken() {
        assertThat(BULKHEAD.withMaxWaiting(0).withMaxWait(Duration.ZERO).maxWaiting())
                .isZero();
        assertThat(BREAKER.withFailureRate(1).failureRate()).isEqualTo(1);
        assertThat(RATE.withPermits(10_000_000).intervalNanos()).isEqualTo(100);
        assertThat(RateLimiterPolicy.perSecond(3).intervalNanos()).isEqualTo(333_333_334);
    }
}
