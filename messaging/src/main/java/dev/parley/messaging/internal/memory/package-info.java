/**
 * The broker in this process's memory, the reference of what every broker promises. Not exported: it is reached by its URI.
 *
 * <pre>{@code
 * MessageBroker broker = MessageBroker.connect("memory:orders?maxMessages=10000");
 * }</pre>
 */
@NullMarked
package dev.parley.messaging.internal.memory;

import org.jspecify.annotations.NullMarked;
