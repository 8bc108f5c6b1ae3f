package dev.parley.resilience;

import dev.parley.resilience.spec.CircuitBreakerSpec;
import dev.parley.resilience.spec.Lane;
import org.junit.jupiter.api.Nested;

/** The breaker on virtual threads. */
class CircuitBreakerTest {

    @Nested
    class AroundAHandler extends CircuitBreakerSpec {
        @Override
        protected Lane lane(CircuitBreaker through) {
            return ThreadLane.of(through);
        }
    }

    @Nested
    class AroundACallable extends CircuitBreakerSpec {
        @Override
        protected Lane lane(CircuitBreaker through) {
            return ThreadLane.ofCallable(through::call);
        }
    }
}
