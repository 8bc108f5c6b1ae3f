package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is registered, and the revisions of it. All methods are called with the registry's lock.
 *
 * <p>One counter counts all changes. Each name has the revision of its last change; a name without instances has that of the last
 * name that lost all of them, so that nothing needs to be remembered of names that are gone, and no revision goes back.
 */
final class EmbeddedCatalog {

    /** A name with its instances. */
    private static final class Named {
        final TreeMap<EmbeddedSlot.Key, EmbeddedSlot> slots = new TreeMap<>();
        long index;
    }

    /** A node. */
    static final class Node {
        final String name;
        final String address;
        final long createIndex;
        final TreeMap<String, EmbeddedCheckRun> checks = new TreeMap<>();
        int slots;

        Node(String name, String address, long createIndex) {
            this.name = name;
            this.address = address;
            this.createIndex = createIndex;
        }
    }

    private final EmbeddedRegistryOptions options;
    private final EmbeddedWaiters waiters;
    private final TreeMap<String, Named> services = new TreeMap<>();
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final Map<String, List<EmbeddedSlot>> byId = new HashMap<>();
    private final Map<String, List<EmbeddedCheckRun>> byCheckId = new HashMap<>();
    private int count;
    private long index;
    private long catalogIndex;
    private long extinct;

    EmbeddedCatalog(EmbeddedRegistryOptions options, EmbeddedWaiters waiters, long firstIndex) {
        this.options = options;
        this.waiters = waiters;
        this.index = firstIndex;
        this.catalogIndex = firstIndex;
        this.extinct = firstIndex;
    }

    // ---- revisions

    long index() {
        return index;
    }

    long catalogIndex() {
        return catalogIndex;
    }

    long indexOf(String service) {
        Named named = services.get(service);
        return named == null ? extinct : named.index;
    }

    long next() {
        return ++index;
    }

    void startAt(long least) {
        index = Math.max(index, least);
        catalogIndex = index;
        extinct = index;
    }

    /** Something about an instance is another since the current revision. */
    void touched(String service) {
        Named named = services.get(service);
        if (named != null) {
            named.index = index;
        }
        waiters.changed(EmbeddedRegistry.Scope.service(service).key());
        waiters.changed(EmbeddedRegistry.Scope.ALL.key());
    }

    /** Something that is registered is another since the current revision. */
    void catalogTouched() {
        catalogIndex = index;
        waiters.changed(EmbeddedRegistry.Scope.CATALOG.key());
        waiters.changed(EmbeddedRegistry.Scope.ALL.key());
    }

    // ---- nodes

    @Nullable
    Node node(String name) {
        return nodes.get(name);
    }

    Collection<Node> nodes() {
        return nodes.values();
    }

    Node node(String name, String address) {
        Node known = nodes.get(name);
        if (known != null && (known.address.equals(address) || address.isEmpty())) {
            return known;
        }
        if (known == null && nodes.size() > options.maxNodes()) {
            throw full("nodes", options.maxNodes(), "maxNodes");
        }
        Node made = new Node(name, address, known == null ? next() : known.createIndex);
        if (known != null) {
            next();
            made.checks.putAll(known.checks);
            made.slots = known.slots;
        }
        nodes.put(name, made);
        catalogTouched();
        return made;
    }

    void removeNode(String name) {
        if (nodes.remove(name) != null) {
            next();
            catalogTouched();
        }
    }

    // ---- instances

    @Nullable
    EmbeddedSlot slot(EmbeddedSlot.Key key) {
        Named named = services.get(key.name());
        return named == null ? null : named.slots.get(key);
    }

    List<EmbeddedSlot> named(String service) {
        Named named = services.get(service);
        return named == null ? List.of() : new ArrayList<>(named.slots.values());
    }

    List<EmbeddedSlot> onNode(String node, String id) {
        return byId.getOrDefault(id, List.of()).stream()
                .filter(each -> each.service.node().equals(node))
                .toList();
    }

    List<EmbeddedSlot> all() {
        List<EmbeddedSlot> all = new ArrayList<>(count);
        services.values().forEach(named -> all.addAll(named.slots.values()));
        return all;
    }

    Collection<String> names() {
        return services.keySet();
    }

    /** Whether there is room for {@code service}; the message says which limit there is. */
    void checkRoom(EmbeddedService service) {
        Named named = services.get(service.name());
        if (named == null && services.size() >= options.maxServices()) {
            throw full("services", options.maxServices(), "maxServices");
        }
        EmbeddedSlot.Key key = new EmbeddedSlot.Key(service.name(), service.node(), service.id());
        if (count >= options.maxInstances() && (named == null || !named.slots.containsKey(key))) {
            throw full("instances", options.maxInstances(), "maxInstances");
        }
    }

    private static CallException full(String what, int most, String option) {
        return new CallException(
                Code.RESOURCE_EXHAUSTED,
                "the registry holds " + most + " " + what + ", which is the limit (" + option + ")");
    }

    void put(EmbeddedSlot slot) {
        Named named = services.computeIfAbsent(slot.service.name(), each -> new Named());
        EmbeddedSlot before = named.slots.put(slot.key(), slot);
        if (before == null) {
            count++;
            Node node = nodes.get(slot.service.node());
            if (node != null) {
                node.slots++;
            }
        } else {
            forget(byId, before.service.id(), before);
        }
        byId.computeIfAbsent(slot.service.id(), each -> new ArrayList<>(1)).add(slot);
    }

    void remove(EmbeddedSlot slot) {
        Named named = services.get(slot.service.name());
        if (named == null || named.slots.remove(slot.key()) == null) {
            return;
        }
        count--;
        forget(byId, slot.service.id(), slot);
        Node node = nodes.get(slot.service.node());
        if (node != null) {
            node.slots--;
        }
        if (named.slots.isEmpty()) {
            services.remove(slot.service.name());
            extinct = index;
        }
    }

    // ---- checks

    void index(EmbeddedCheckRun run) {
        byCheckId.computeIfAbsent(run.check.id(), each -> new ArrayList<>(1)).add(run);
    }

    void unindex(EmbeddedCheckRun run) {
        forget(byCheckId, run.check.id(), run);
    }

    /** The check of a node that came last with this id. */
    @Nullable
    EmbeddedCheckRun check(String node, String id) {
        List<EmbeddedCheckRun> runs = byCheckId.getOrDefault(id, List.of());
        for (EmbeddedCheckRun each : runs.reversed()) {
            if (each.node.equals(node)) {
                return each;
            }
        }
        return null;
    }

    private static <T> void forget(Map<String, List<T>> map, String key, T gone) {
        List<T> all = map.get(key);
        if (all != null) {
            all.remove(gone);
            if (all.isEmpty()) {
                map.remove(key);
            }
        }
    }
}
