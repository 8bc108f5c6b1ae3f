/**
 * The engine behind {@link dev.parley.messaging.MessageBroker}: all that is alike over every broker. Not exported.
 *
 * <pre>{@code
 * MessageBroker broker = new Engine(backend, BrokerOptions.defaults());
 * }</pre>
 */
@NullMarked
package dev.parley.messaging.internal;

import org.jspecify.annotations.NullMarked;
