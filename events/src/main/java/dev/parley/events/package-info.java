/** Domain events: bus, event store, outbox and inbox. */
@NullMarked
package dev.parley.events;

import org.jspecify.annotations.NullMarked;
