/** Tests of the store, through its public API, on both engines with their real databases. */
@NullMarked
package dev.parley.store;

import org.jspecify.annotations.NullMarked;
