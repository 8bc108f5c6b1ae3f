package dev.parley.tck.messaging;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What every broker promises, as far as it can be seen from one process while nothing fails: a backend's test class extends this and says
 * where the broker is.
 *
 * <pre>{@code
 * class MyBrokerTest extends BrokerSuite {
 *     protected BrokerUnderTest subject() {
 *         return () -> "my://127.0.0.1:" + server.port();
 *     }
 * }
 * }</pre>
 *
 * <p>Tests that take long have the tag {@code long}. Topics and groups have names of their own, so one server serves all tests, and what they
 * leave behind is deleted. Where the broker may be {@linkplain BrokerUnderTest#shared shared} they may also run at once, which saves most of
 * the time with a server that makes one wait: JUnit does it if {@code junit.jupiter.execution.parallel.enabled} is true. Those that make
 * faults run alone.
 */
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith(Alone.Extension.class)
public abstract class BrokerSuite extends StormPart {}
