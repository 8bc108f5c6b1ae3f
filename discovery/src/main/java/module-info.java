/** How services find each other and share out calls; see the package {@code dev.parley.discovery}. */
module dev.parley.discovery {
    requires transitive dev.parley;
    requires transitive dev.parley.http;
    requires transitive dev.parley.resilience;
    requires org.dnsjava;
    requires static transitive org.jspecify;

    exports dev.parley.discovery;
    exports dev.parley.discovery.spi;

    uses dev.parley.discovery.spi.RegistryProvider;

    provides dev.parley.discovery.spi.RegistryProvider with
            dev.parley.discovery.DnsProvider,
            dev.parley.discovery.LocalProvider,
            dev.parley.discovery.StaticProvider;
}
