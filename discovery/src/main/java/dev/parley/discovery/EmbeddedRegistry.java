package dev.parley.discovery;

import dev.parley.discovery.EmbeddedEntry.Event.Kind;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A registry in this process, with Consul's ideas: instances with checks that they report themselves (TTL) or that the registry
 * makes (HTTP, TCP, gRPC), a revision of all there is that only grows, and questions that wait for a change.
 *
 * <pre>{@code
 * EmbeddedRegistry registry = EmbeddedRegistry.local("");
 * ServiceRegistry here = ServiceRegistry.of(registry.backend(), RegistryOptions.defaults());
 * }</pre>
 *
 * <p>What runs out, is asked or waits is bounded by {@link EmbeddedRegistryOptions}; what does not fit any more fails with {@code
 * RESOURCE_EXHAUSTED}, and names the limit. Nothing is kept beyond the process. Revisions begin at the time of day in
 * milliseconds, so that those of a registry that was started again are behind those of the one before. Thread-safe.
 */
public final class EmbeddedRegistry implements AutoCloseable {

    /** The node of those that register with the registry itself, at 127.0.0.1. */
    public static final String NODE = "parley";

    /** The address of {@link #NODE}. */
    public static final String NODE_ADDRESS = "127.0.0.1";

    /** The longest output of a check, in characters; what is beyond is cut off. */
    public static final int MOST_OUTPUT = 4096;

    private final ReentrantLock lock = new ReentrantLock();
    private final EmbeddedRegistryOptions options;
    private final EmbeddedWaiters waiters;
    private final EmbeddedCatalog catalog;
    private final EmbeddedChecks checks;
    private final EmbeddedFeed feed = new EmbeddedFeed();
    private boolean closed; // guarded by lock

    /** An empty registry. */
    public EmbeddedRegistry(EmbeddedRegistryOptions options) {
        this.options = options;
        this.waiters = new EmbeddedWaiters(lock, options);
        this.catalog = new EmbeddedCatalog(options, waiters, System.currentTimeMillis());
        this.checks = new EmbeddedChecks(this, options);
        catalog.node(NODE, NODE_ADDRESS);
    }

    /**
     * The one of this process with this name, made when it is first asked for: what {@code local://name/} stands for, {@code
     * local:///} for that without a name. It is never closed.
     *
     * @throws dev.parley.CallException {@code RESOURCE_EXHAUSTED} if there are 1000 names
     */
    public static EmbeddedRegistry local(String name) {
        return LocalRegistries.get(name);
    }

    /** What a question is about. */
    public record Scope(String key) {
        /** Anything at all. */
        public static final Scope ALL = new Scope("*");

        /** Which services, instances, nodes and tags there are, whatever their health. */
        public static final Scope CATALOG = new Scope("/");

        /** One service's instances and their health. */
        public static Scope service(String name) {
            return new Scope('=' + name);
        }
    }

    /** A connection to it for {@link ServiceRegistry#of}; closing it leaves the registry open. */
    public RegistryBackend backend() {
        return new EmbeddedBackend(this);
    }

    EmbeddedRegistryOptions options() {
        return options;
    }

    /** Runs {@code change} with the lock, and tells what has happened in it. */
    <T> T locked(Supplier<T> change) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the registry is closed");
            }
            return change.get();
        } finally {
            unlock();
        }
    }

    /** As {@link #locked}, for what comes late: without effect once the registry is closed. */
    void later(Runnable change) {
        lock.lock();
        try {
            if (!closed) {
                change.run();
            }
        } finally {
            unlock();
        }
    }

    private void unlock() {
        lock.unlock();
        if (!lock.isHeldByCurrentThread()) {
            feed.tell();
        }
    }

    EmbeddedCatalog catalog() {
        return catalog;
    }

    // ---- changes

    /**
     * Registers an instance, in place of what has its node, name and id.
     *
     * @param replaceChecks whether checks that it had and that are not among these are taken out
     * @throws IllegalArgumentException if its metadata or tags, or its checks, are more or longer than the limits
     * @throws dev.parley.CallException {@code RESOURCE_EXHAUSTED} if there is no room
     */
    public void register(EmbeddedService service, List<EmbeddedCheck> with, boolean replaceChecks) {
        put(service, with, replaceChecks);
    }

    EmbeddedSlot put(EmbeddedService service, List<EmbeddedCheck> with, boolean replaceChecks) {
        EmbeddedLimits.check(service, with, options);
        return locked(() -> {
            catalog.checkRoom(service);
            catalog.node(service.node(), "");
            EmbeddedSlot before = catalog.slot(new EmbeddedSlot.Key(service.name(), service.node(), service.id()));
            boolean same = before != null && before.service.equals(service);
            if (!same) {
                catalog.next();
            }
            EmbeddedSlot slot = new EmbeddedSlot(
                    service,
                    before == null ? catalog.index() : before.createIndex,
                    same ? Objects.requireNonNull(before).modifyIndex : catalog.index());
            slot.status = before == null ? HealthStatus.PASSING : before.status;
            catalog.put(slot);
            if (!same) {
                catalog.catalogTouched();
                catalog.touched(service.name());
                feed.add(before == null ? Kind.CAME : Kind.CHANGED, service, "");
            }
            checks.take(slot, before, with, replaceChecks);
            assess(slot, "");
            return slot;
        });
    }

    /**
     * Takes an instance out, under whatever name it is.
     *
     * @return whether there was one
     */
    public boolean deregister(String node, String id) {
        return locked(() -> {
            List<EmbeddedSlot> found = catalog.onNode(node, id);
            found.forEach(each -> remove(each, "deregistered"));
            return !found.isEmpty();
        });
    }

    /** Takes all of this id out that have another name. */
    public void deregisterOthers(EmbeddedService than) {
        locked(() -> {
            catalog.onNode(than.node(), than.id()).stream()
                    .filter(each -> !each.service.name().equals(than.name()))
                    .forEach(each -> remove(each, "registered as " + than.name()));
            return true;
        });
    }

    void remove(EmbeddedSlot slot, String why) {
        slot.checks.values().forEach(checks::stop);
        catalog.next();
        catalog.remove(slot);
        catalog.catalogTouched();
        catalog.touched(slot.service.name());
        feed.add(Kind.GONE, slot.service, why);
    }

    /** Makes a node known, or gives it another address. */
    public void node(String name, String address) {
        EmbeddedService.named("Node", name);
        EmbeddedService.named("Address", address);
        locked(() -> catalog.node(name, address));
    }

    /**
     * Takes a node out with all that is on it.
     *
     * @return whether there was one
     * @throws IllegalArgumentException if it is the registry's own
     */
    public boolean removeNode(String name) {
        if (name.equals(NODE)) {
            throw new IllegalArgumentException("node " + NODE + " is the registry's own and stays");
        }
        return locked(() -> {
            EmbeddedCatalog.Node node = catalog.node(name);
            if (node == null) {
                return false;
            }
            catalog.all().stream()
                    .filter(each -> each.service.node().equals(name))
                    .forEach(each -> remove(each, "its node was deregistered"));
            node.checks.values().forEach(checks::stop);
            catalog.removeNode(name);
            return true;
        });
    }

    /**
     * Adds a check to an instance, or to its node, in place of one with its id.
     *
     * @param id the instance's; empty for the node
     * @return whether there is such an instance
     */
    public boolean addCheck(String node, String id, EmbeddedCheck check) {
        return locked(() -> checks.add(node, id, check));
    }

    /**
     * Takes a check out.
     *
     * @return whether there was one
     */
    public boolean removeCheck(String node, String checkId) {
        return locked(() -> {
            EmbeddedCheckRun run = catalog.check(node, checkId);
            if (run == null) {
                return false;
            }
            checks.remove(run);
            return true;
        });
    }

    /**
     * What an instance says of itself: renews a check with a TTL, or sets a {@linkplain EmbeddedCheck.Passive passive} one.
     *
     * @return whether there is such a check
     * @throws IllegalArgumentException if it is one that the registry makes
     */
    public boolean report(String node, String checkId, HealthStatus status, String output) {
        return locked(() -> {
            EmbeddedCheckRun run = catalog.check(node, checkId);
            if (run == null) {
                return false;
            }
            if (run.check.kind() instanceof EmbeddedCheck.Active) {
                throw new IllegalArgumentException("CheckID \"" + checkId + "\" does not have associated TTL");
            }
            checks.said(run, status, output);
            return true;
        });
    }

    /** How an instance stands now, by its checks. With the lock. */
    void assess(EmbeddedSlot slot, String reason) {
        HealthStatus before = slot.status;
        HealthStatus now = HealthStatus.PASSING;
        EmbeddedCatalog.Node node = catalog.node(slot.service.node());
        for (EmbeddedCheckRun each : node == null ? List.<EmbeddedCheckRun>of() : node.checks.values()) {
            now = now.worse(each.status);
        }
        for (EmbeddedCheckRun each : slot.checks.values()) {
            now = now.worse(each.status);
        }
        slot.status = now;
        if ((before == HealthStatus.CRITICAL) != (now == HealthStatus.CRITICAL)) {
            feed.add(now == HealthStatus.CRITICAL ? Kind.CRITICAL : Kind.RECOVERED, slot.service, reason);
        }
    }

    // ---- questions

    /** Questions that wait for a change, until they are closed. */
    public EmbeddedWaits waits() {
        return new EmbeddedWaits(this);
    }

    long await(Scope scope, EmbeddedWaiters.Owner owner, long since, Duration wait) throws InterruptedException {
        if (since > 0 && since <= locked(catalog::index)) {
            waiters.await(scope.key(), owner, since, () -> revision(scope), wait);
        }
        return locked(() -> revision(scope));
    }

    private long revision(Scope scope) {
        return scope.equals(Scope.ALL)
                ? catalog.index()
                : scope.equals(Scope.CATALOG)
                        ? catalog.catalogIndex()
                        : catalog.indexOf(scope.key().substring(1));
    }

    /** Ends waits. */
    void stop(EmbeddedWaiters.Owner owner) {
        lock.lock();
        try {
            owner.stop();
        } finally {
            lock.unlock();
        }
    }

    /** Questions that wait now. */
    public int waiting() {
        lock.lock();
        try {
            return waiters.count();
        } finally {
            lock.unlock();
        }
    }

    /** A service's instances, by id, whatever their health. */
    public List<EmbeddedEntry> instances(String service) {
        return locked(() -> catalog.named(service).stream().map(this::entry).toList());
    }

    /** All instances, by name and id. */
    public List<EmbeddedEntry> instances() {
        return locked(() -> catalog.all().stream().map(this::entry).toList());
    }

    /** The instances of one node with this id: one, but for those that were registered through a {@link ServiceRegistry}. */
    public List<EmbeddedEntry> instances(String node, String id) {
        return locked(() -> catalog.onNode(node, id).stream().map(this::entry).toList());
    }

    private EmbeddedEntry entry(EmbeddedSlot slot) {
        EmbeddedCatalog.Node node = catalog.node(slot.service.node());
        return new EmbeddedEntry(
                slot.service,
                node == null ? "" : node.address,
                slot.status,
                slot.checks.values().stream().map(EmbeddedCheckRun::state).toList(),
                slot.createIndex,
                slot.modifyIndex);
    }

    /** The names of all services, and the tags of their instances. */
    public SortedMap<String, SortedSet<String>> services() {
        return locked(() -> {
            SortedMap<String, SortedSet<String>> found = new TreeMap<>();
            for (String name : catalog.names()) {
                SortedSet<String> tags = new TreeSet<>();
                catalog.named(name).forEach(each -> tags.addAll(each.service.tags()));
                found.put(name, tags);
            }
            return Collections.unmodifiableSortedMap(found);
        });
    }

    /** Nodes and their addresses. */
    public SortedMap<String, String> nodes() {
        return locked(() -> {
            SortedMap<String, String> found = new TreeMap<>();
            catalog.nodes().forEach(each -> found.put(each.name, each.address));
            return found;
        });
    }

    /** The checks of a node, not of what is on it. */
    public List<EmbeddedEntry.CheckState> nodeChecks(String name) {
        return locked(() -> {
            EmbeddedCatalog.Node node = catalog.node(name);
            return node == null
                    ? List.of()
                    : node.checks.values().stream().map(EmbeddedCheckRun::state).toList();
        });
    }

    /** The instances that may be called, as a {@link ServiceRegistry} gives them. */
    List<ServiceInstance> callable(String service) {
        return locked(() -> {
            Map<String, ServiceInstance> found = new HashMap<>();
            List<ServiceInstance> ordered = new ArrayList<>();
            for (EmbeddedSlot each : catalog.named(service)) {
                EmbeddedCatalog.Node node = catalog.node(each.service.node());
                Optional<ServiceInstance> instance = each.status == HealthStatus.CRITICAL || node == null
                        ? Optional.empty()
                        : each.service.toInstance(node.address, each.status);
                instance.filter(one -> found.putIfAbsent(one.id(), one) == null).ifPresent(ordered::add);
            }
            return ordered;
        });
    }

    /**
     * Tells {@code listener} what happens from now on, in its order, on the threads on which it happens: it must not block. What it
     * throws is logged.
     */
    public AutoCloseable listen(Consumer<EmbeddedEntry.Event> listener) {
        return feed.listen(listener);
    }

    /**
     * All that is to be known after a restart.
     *
     * @see #restore
     */
    public EmbeddedState state() {
        return locked(() -> {
            Map<String, List<EmbeddedEntry.CheckState>> nodeChecks = new TreeMap<>();
            catalog.nodes()
                    .forEach(each -> nodeChecks.put(
                            each.name,
                            each.checks.values().stream()
                                    .map(EmbeddedCheckRun::state)
                                    .toList()));
            return new EmbeddedState(
                    catalog.index(),
                    nodes(),
                    nodeChecks,
                    catalog.all().stream().map(this::entry).toList());
        });
    }

    /**
     * Takes over what another registry knew. Its checks stand as they stood, and their times begin anew; revisions go on behind
     * those that it gave.
     */
    public void restore(EmbeddedState state) {
        locked(() -> {
            catalog.startAt(state.index() + 1);
            state.nodes().forEach(catalog::node);
            state.nodeChecks().forEach((node, all) -> all.forEach(each -> checks.add(node, "", kept(each))));
            for (EmbeddedEntry each : state.instances()) {
                EmbeddedSlot slot = put(
                        each.service(),
                        each.checks().stream().map(EmbeddedRegistry::kept).toList(),
                        true);
                each.checks()
                        .forEach(check ->
                                checks.output(slot.checks.get(check.check().id()), check.output()));
            }
            return true;
        });
    }

    private static EmbeddedCheck kept(EmbeddedEntry.CheckState state) {
        EmbeddedCheck check = state.check();
        return new EmbeddedCheck(
                check.id(),
                check.name(),
                check.notes(),
                check.kind(),
                Optional.of(state.status()),
                check.deregisterAfter());
    }

    /** Ends all checks and waits; what is asked or changed from now on fails. Without effect the second time. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            waiters.close();
            catalog.all().forEach(slot -> slot.checks.values().forEach(EmbeddedCheckRun::stop));
            catalog.nodes().forEach(node -> node.checks.values().forEach(EmbeddedCheckRun::stop));
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** The slot of this key, if it is that of {@code slot}. With the lock. */
    @SuppressWarnings("ReferenceEquality") // that very registration
    boolean holds(EmbeddedSlot slot) {
        return catalog.slot(slot.key()) == slot;
    }

    /** What a check of {@code slot} says of itself. With the lock. */
    void said(EmbeddedSlot slot, String checkId, HealthStatus status, String output) {
        EmbeddedCheckRun run = slot.checks.get(checkId);
        if (run != null) {
            checks.said(run, status, output);
        }
    }

    /** Who is in the place of {@code slot}, which may be itself. With the lock. */
    @Nullable
    EmbeddedSlot successor(EmbeddedSlot slot) {
        return catalog.slot(slot.key());
    }
}
