/** Consul as a registry; see the package {@code dev.parley.discovery.consul}. */
module dev.parley.discovery.consul {
    requires transitive dev.parley.discovery;
    requires tools.jackson.databind;
    requires static transitive org.jspecify;

    exports dev.parley.discovery.consul;

    provides dev.parley.discovery.spi.RegistryProvider with
            dev.parley.discovery.consul.ConsulProvider;
}
