package dev.parley.resilience;

import dev.parley.resilience.spec.BulkheadSpec;
import dev.parley.resilience.spec.Lane;
import org.junit.jupiter.api.Nested;

/** The bulkhead on virtual threads. */
class BulkheadTest {

    @Nested
    class AroundAHandler extends BulkheadSpec {
        @Override
        protected Lane lane(Bulkhead through) {
            return ThreadLane.of(through);
        }
    }

    @Nested
    class AroundACallable extends BulkheadSpec {
        @Override
        protected Lane lane(Bulkhead through) {
            return ThreadLane.ofCallable(through::call);
        }
    }
}
