/** What each policy promises, run in every lane: around a handler and a callable on a virtual thread, and on an event loop. */
@NullMarked
package dev.parley.resilience.spec;

import org.jspecify.annotations.NullMarked;
