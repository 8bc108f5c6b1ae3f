package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.HashMap;
import java.util.Map;

/** The registries of this process, by name. */
final class LocalRegistries {

    private static final int MOST = 1000;
    private static final Map<String, EmbeddedRegistry> ALL = new HashMap<>(); // guarded by itself

    private LocalRegistries() {}

    static EmbeddedRegistry get(String name) {
        synchronized (ALL) {
            EmbeddedRegistry known = ALL.get(name);
            if (known != null) {
                return known;
            }
            if (ALL.size() >= MOST) {
                throw new CallException(
                        Code.RESOURCE_EXHAUSTED,
                        "this process has " + MOST + " registries of its own, which is the limit; local://" + name
                                + "/ would be another");
            }
            EmbeddedRegistry made = new EmbeddedRegistry(EmbeddedRegistryOptions.defaults());
            ALL.put(name, made);
            return made;
        }
    }
}
