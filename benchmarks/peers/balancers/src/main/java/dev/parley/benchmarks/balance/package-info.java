/** Balancers side by side: {@link dev.parley.benchmarks.balance.Balance} in front of {@link dev.parley.benchmarks.balance.UnequalServers}. */
@NullMarked
package dev.parley.benchmarks.balance;

import org.jspecify.annotations.NullMarked;
