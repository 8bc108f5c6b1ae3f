package dev.parley.discovery;

import java.util.Map;
import java.util.TreeMap;

/** One registration of an instance; another takes its place when the instance is registered anew. Guarded by the registry's lock. */
final class EmbeddedSlot {

    /** Where it is in the registry. */
    record Key(String name, String node, String id) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = name.compareTo(other.name);
            order = order != 0 ? order : id.compareTo(other.id);
            return order != 0 ? order : node.compareTo(other.node);
        }
    }

    final EmbeddedService service;
    final long createIndex;
    final Map<String, EmbeddedCheckRun> checks = new TreeMap<>();
    long modifyIndex;
    HealthStatus status = HealthStatus.PASSING;

    EmbeddedSlot(EmbeddedService service, long createIndex, long modifyIndex) {
        this.service = service;
        this.createIndex = createIndex;
        this.modifyIndex = modifyIndex;
    }

    Key key() {
        return new Key(service.name(), service.node(), service.id());
    }
}
