package dev.parley.resilience;

import dev.parley.resilience.spec.Lane;
import dev.parley.resilience.spec.TimeoutSpec;
import org.junit.jupiter.api.Nested;

/** The timeout on virtual threads. */
class TimeoutTest {

    @Nested
    class AroundAHandler extends TimeoutSpec {
        @Override
        protected Lane lane(Timeout through) {
            return ThreadLane.of(through);
        }
    }

    @Nested
    class AroundACallable extends TimeoutSpec {
        @Override
        protected Lane lane(Timeout through) {
            return ThreadLane.ofCallable(through::call);
        }
    }
}
