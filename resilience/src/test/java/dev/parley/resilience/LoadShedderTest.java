package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.resilience.spec.Lane;
import dev.parley.resilience.spec.LoadShedderSpec;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Nested;

/** The shedder on virtual threads. */
class LoadShedderTest {

    @Nested
    class AroundAHandler extends LoadShedderSpec {
        @Override
        protected Lane lane(LoadShedder through) {
            return ThreadLane.of(through);
        }
    }

    @Nested
    class AroundACallable extends LoadShedderSpec {
        @Override
        protected Lane lane(LoadShedder through) {
            return ThreadLane.ofCallable(new ThreadLane.AroundCallable() {
                @Override
                public <T> T call(Callable<T> work) throws Exception {
                    return through.call(Call.current().method(), work);
                }
            });
        }
    }
}
