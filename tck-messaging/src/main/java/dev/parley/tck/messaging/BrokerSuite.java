package dev.parley.tck.messaging;

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
 * <p>Tests that take long have the tag {@code long}. The others together take less than 40 s. Topics and groups have names of their own, so
 * one server serves all tests, and what they leave behind is deleted.
 */
public abstract class BrokerSuite extends StormPart {}
