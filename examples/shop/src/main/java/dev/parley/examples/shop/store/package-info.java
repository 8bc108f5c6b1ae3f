/** What the services' stores in memory have in common: a limit, and watchers of their changes. */
@NullMarked
package dev.parley.examples.shop.store;

import org.jspecify.annotations.NullMarked;
