package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A connection to an {@link EmbeddedRegistry}. */
final class EmbeddedBackend implements RegistryBackend {

    private static final String LEASE = "lease:";
    private static final String READY = "ready:";
    private static final String ASKED = "asked:";
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final EmbeddedRegistry registry;
    private final EmbeddedWaits waits;
    private volatile boolean closed;

    EmbeddedBackend(EmbeddedRegistry registry) {
        this.registry = registry;
        this.waits = registry.waits();
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return EnumSet.allOf(RegistryCapability.class);
    }

    private void checkOpen() throws IOException {
        if (closed || registry.isClosed()) {
            throw new IOException("the embedded registry is closed");
        }
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws Exception {
        checkOpen();
        long revision = waits.await(EmbeddedRegistry.Scope.service(service), number(since), wait);
        checkOpen();
        return new Answer(registry.callable(service), Long.toString(revision), Optional.empty());
    }

    /** A revision that is none of ours is none. */
    private static long number(String since) {
        try {
            return since.isEmpty() ? 0 : Long.parseLong(since);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions options) throws IOException {
        checkOpen();
        List<EmbeddedCheck> checks = new ArrayList<>();
        checks.add(check(
                LEASE + instance.id(),
                "lease",
                new EmbeddedCheck.Ttl(options.ttl()),
                HealthStatus.PASSING,
                Optional.of(options.deregisterAfter())));
        checks.add(check(
                READY + instance.id(),
                "ready",
                new EmbeddedCheck.Passive(),
                options.ready() ? HealthStatus.PASSING : HealthStatus.CRITICAL,
                Optional.empty()));
        // At first it is well by its own word; then by what is found, at once.
        instance.healthCheck()
                .ifPresent(url -> checks.add(check(
                        ASKED + instance.id(),
                        "health",
                        EmbeddedCheck.Active.of(url, INTERVAL, TIMEOUT),
                        HealthStatus.PASSING,
                        Optional.empty())));
        return new LeaseOf(registry.put(EmbeddedService.of(instance), checks, true));
    }

    private static EmbeddedCheck check(
            String id, String name, EmbeddedCheck.Kind kind, HealthStatus initial, Optional<Duration> deregisterAfter) {
        return new EmbeddedCheck(id, name, "", kind, Optional.of(initial), deregisterAfter);
    }

    /** One registration. */
    private final class LeaseOf implements Lease {
        private final EmbeddedSlot slot;

        LeaseOf(EmbeddedSlot slot) {
            this.slot = slot;
        }

        @Override
        public boolean renew(boolean ready) throws IOException {
            checkOpen();
            return registry.locked(() -> {
                EmbeddedSlot now = registry.successor(slot);
                if (now == null) {
                    return false;
                }
                if (!registry.holds(slot)) {
                    // To register again would be a fight: whoever came later would be thrown out in turn.
                    throw new CallException(
                            Code.ALREADY_EXISTS,
                            "another has registered instance " + slot.service.id() + " of " + slot.service.name()
                                    + " in its place, at " + now.service.address() + ':' + now.service.port());
                }
                registry.said(slot, LEASE + slot.service.id(), HealthStatus.PASSING, "");
                registry.said(
                        slot,
                        READY + slot.service.id(),
                        ready ? HealthStatus.PASSING : HealthStatus.CRITICAL,
                        ready ? "" : "it is not ready");
                return true;
            });
        }

        @Override
        public void release() throws IOException {
            checkOpen();
            registry.locked(() -> {
                if (registry.holds(slot)) {
                    registry.remove(slot, "deregistered");
                }
                return true;
            });
        }
    }

    @Override
    public void close() {
        closed = true;
        waits.close();
    }

    @Override
    public String toString() {
        return "the embedded registry";
    }
}
