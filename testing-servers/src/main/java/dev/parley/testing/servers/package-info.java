/**
 * Real brokers and databases for tests, each a process of its own with a temporary folder and free ports of 127.0.0.1, that can be
 * killed, paused and started again on its data. They have to be installed; a missing one is an error that says what to install.
 *
 * <pre>{@code
 * try (PostgresServer postgres = PostgresServer.start()) {
 *     String url = postgres.jdbcUrl(postgres.newDatabase());
 *     postgres.kill();
 *     postgres.restart();
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.testing.servers;

import org.jspecify.annotations.NullMarked;
