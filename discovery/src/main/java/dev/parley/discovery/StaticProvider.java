package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.util.Set;

/** {@code static:a:1,b:2}: whatever the service, these are its instances. */
public final class StaticProvider implements RegistryProvider {

    /** For {@link java.util.ServiceLoader}. */
    public StaticProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("static");
    }

    @Override
    public RegistryBackend open(RegistryUri uri, RegistryOptions options) {
        return StaticBackend.parse(uri, options.timer());
    }
}
