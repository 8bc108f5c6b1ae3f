/**
 * The core that every style of communication stands on: a {@link dev.parley.Handler} answers a {@link dev.parley.Call},
 * an {@link dev.parley.Interceptor} stands in front of one, {@link dev.parley.Messages} are a stream.
 *
 * <pre>{@code
 * Handler<String, String> hello = (call, name) -> "Hello " + name;
 * Handler<String, String> logged = Interceptor.chain(List.of(new AccessLog()), hello);
 * }</pre>
 */
@NullMarked
package dev.parley;

import org.jspecify.annotations.NullMarked;
