package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.discovery.spi.RegistryProvider;
import java.util.Set;

/** {@code local:///user-service}, {@code local://name/user-service}: the {@link EmbeddedRegistry} of this process. */
public final class LocalProvider implements RegistryProvider {

    /** For {@link java.util.ServiceLoader}. */
    public LocalProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("local");
    }

    @Override
    public RegistryBackend open(RegistryUri uri, RegistryOptions options) {
        if (!uri.parameters().isEmpty()) {
            throw new IllegalArgumentException("local: knows no options, but is given "
                    + new java.util.TreeSet<>(uri.parameters().keySet()));
        }
        if (!uri.authority().isEmpty() && !uri.authority().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
            throw new IllegalArgumentException(
                    "local: must have a name of up to 63 letters, digits, dots, dashes and underscores, or none, such as"
                            + " local://shop/user-service, but has \"" + HealthProbe.line(uri.authority(), 100) + '"');
        }
        return EmbeddedRegistry.local(uri.authority()).backend();
    }
}
