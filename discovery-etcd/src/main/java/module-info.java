/** Services that find each other through etcd; see the package {@code dev.parley.discovery.etcd}. */
module dev.parley.discovery.etcd {
    requires transitive dev.parley.discovery;
    requires static transitive org.jspecify;
    requires tools.jackson.databind;

    exports dev.parley.discovery.etcd;

    provides dev.parley.discovery.spi.RegistryProvider with
            dev.parley.discovery.etcd.EtcdProvider;
}
