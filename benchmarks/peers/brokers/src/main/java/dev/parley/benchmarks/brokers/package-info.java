/** Parley's brokers beside the brokers' own clients, on the same servers. */
@NullMarked
package dev.parley.benchmarks.brokers;

import org.jspecify.annotations.NullMarked;
