/** The embedded registry as a server that speaks Consul's HTTP API; see the package {@code dev.parley.registry}. */
module dev.parley.registry {
    requires transitive dev.parley.discovery;
    requires dev.parley.rest;
    requires tools.jackson.databind;
    requires static transitive org.jspecify;

    exports dev.parley.registry;
}
