/** Durable state over JDBC: SQLite embedded, PostgreSQL shared. */
@NullMarked
package dev.parley.store;

import org.jspecify.annotations.NullMarked;
