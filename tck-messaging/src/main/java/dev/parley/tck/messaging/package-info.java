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
 */
@NullMarked
package dev.parley.tck.messaging;

import org.jspecify.annotations.NullMarked;
