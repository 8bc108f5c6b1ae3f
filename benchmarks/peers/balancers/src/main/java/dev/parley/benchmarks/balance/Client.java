package dev.parley.benchmarks.balance;

import dev.parley.benchmarks.OpenLoop;

/** One balancer in front of the servers. */
interface Client extends OpenLoop.TimedCall, AutoCloseable {
    /** Ends its connections. */
    @Override
    void close();
}
