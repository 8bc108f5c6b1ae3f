/**
 * The conformance kit for brokers: what every {@link dev.parley.messaging.MessageBroker} promises, as tests that a backend's own test class
 * inherits. {@link dev.parley.tck.messaging.BrokerSuite} is for all of them, {@link dev.parley.tck.messaging.DurableBrokerSuite} for those
 * that outlive the processes which use them, {@link dev.parley.tck.messaging.BrokerServerSuite} for those with a server that can be killed
 * and a network that can be cut; each has the tests of those before.
 *
 * <pre>{@code
 * class MyBrokerTest extends BrokerSuite {
 *     protected BrokerUnderTest subject() {
 *         return () -> "my://127.0.0.1:" + server.port();
 *     }
 * }
 * }</pre>
 *
 * <p>Capabilities that a broker must have are a table ({@link dev.parley.tck.messaging.Requirements}); what it lacks by the table it must refuse
 * by name. With {@code junit.jupiter.execution.parallel.enabled=true} in {@code junit-platform.properties} tests run at once, but for those that
 * make faults.
 */
@NullMarked
package dev.parley.tck.messaging;

import org.jspecify.annotations.NullMarked;
