package dev.parley.discovery.spi;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import java.util.Set;

/**
 * Opens registries of some URI schemes. Found by {@link java.util.ServiceLoader}, so that a module on the class path or
 * module path is all that a URI needs. Implementations are thread-safe and have a public constructor without parameters.
 */
public interface RegistryProvider {

    /** The schemes that it opens, such as {@code consul}; lower case. */
    Set<String> schemes();

    /**
     * Opens the registry at {@code uri}, whose {@linkplain RegistryUri#service service} does not matter. Does not wait for it: a
     * registry that is down is found out by the first query.
     *
     * @throws IllegalArgumentException if the URI has a part or an option that is unknown here or malformed; the message
     *     names it, its value and what was expected
     */
    RegistryBackend open(RegistryUri uri, RegistryOptions options);
}
