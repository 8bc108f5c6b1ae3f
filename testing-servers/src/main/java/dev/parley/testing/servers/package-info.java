/** Real brokers and databases for tests, each a process of its own. */
@NullMarked
package dev.parley.testing.servers;

import org.jspecify.annotations.NullMarked;
