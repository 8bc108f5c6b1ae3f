/**
 * What tests of services need: a clock that the test moves, and a network that fails on demand. Services themselves run
 * in the test's process: over {@code Channel.inProcess} without a network, or on a free port.
 *
 * <pre>{@code
 * FakeTimer timer = new FakeTimer();
 * Deadline deadline = Deadline.after(Duration.ofSeconds(1), timer);
 * timer.advance(Duration.ofSeconds(2));
 * assert deadline.isExpired();
 * }</pre>
 */
@NullMarked
package dev.parley.testing;

import org.jspecify.annotations.NullMarked;
