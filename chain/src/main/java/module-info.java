/** Policies in their order; see the package {@code dev.parley.chain}. */
module dev.parley.chain {
    requires transitive dev.parley;
    requires transitive dev.parley.http;
    requires transitive dev.parley.resilience;
    requires transitive dev.parley.discovery;
    requires transitive dev.parley.telemetry;
    requires static transitive org.jspecify;

    exports dev.parley.chain;
}
