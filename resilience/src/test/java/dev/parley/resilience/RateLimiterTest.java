package dev.parley.resilience;

import dev.parley.resilience.spec.Lane;
import dev.parley.resilience.spec.RateLimiterSpec;
import org.junit.jupiter.api.Nested;

/** The limiter on virtual threads. */
class RateLimiterTest {

    @Nested
    class AroundAHandler extends RateLimiterSpec {
        @Override
        protected Lane lane(RateLimiter through) {
            return ThreadLane.of(through);
        }
    }

    @Nested
    class AroundACallable extends RateLimiterSpec {
        @Override
        protected Lane lane(RateLimiter through) {
            return ThreadLane.ofCallable(through::call);
        }
    }
}
