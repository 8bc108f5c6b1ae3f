/**
 * What tests of services need: a clock that the test moves ({@link dev.parley.testing.FakeTimer}), a network that fails on
 * demand ({@link dev.parley.testing.FaultProxy}), real servers that are killed, paused and started again ({@link
 * dev.parley.testing.ServerProcess}), an extension for JUnit that looks for what was left behind ({@link
 * dev.parley.testing.Fixture}), and the examples of documents, compiled ({@link dev.parley.testing.Snippet}).
 *
 * <p>Services themselves run in the test's process: without a network over {@code Channel.inProcess(RpcHandler)} of
 * {@code dev.parley.rpc}, which passes the same protocol code, or on a free port behind a fault proxy. The guide is
 * {@code docs/guide/testing.md}.
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
