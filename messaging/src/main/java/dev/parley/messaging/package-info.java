/** Messages and events: one interface over every broker. */
@NullMarked
package dev.parley.messaging;

import org.jspecify.annotations.NullMarked;
