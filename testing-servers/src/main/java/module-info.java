/** Real brokers and databases for tests; see the package {@code dev.parley.testing.servers}. */
module dev.parley.testing.servers {
    requires transitive dev.parley.testing;
    requires static transitive org.jspecify;

    exports dev.parley.testing.servers;
}
