package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What every registry promises that services register in: a test class of it extends this and says how to connect.
 *
 * <pre>{@code
 * class MyRegistryTest extends RegistrySuite {
 *     protected RegistryBackend open(RegistryOptions options) {
 *         return new MyProvider().open(RegistryUri.parse("my://127.0.0.1:" + server.port()), options);
 *     }
 * }
 * }</pre>
 *
 * <p>It takes a few times {@link #shortTtl}.
 */
public abstract class RegistrySuite extends DiscoverySuite {

    private static final RegistrationOptions LASTING =
            RegistrationOptions.defaults().withTtl(Duration.ofHours(1));

    /** Who has placed a service's instances. */
    private final Map<String, ServiceRegistry> placers = new HashMap<>();

    /** The shortest time to live that the subject keeps to; 1 s or more. */
    protected Duration shortTtl() {
        return Duration.ofSeconds(1);
    }

    /**
     * Lets the subject forget {@code instance} behind its owner's back. By default another connection takes its id over and takes
     * it back.
     */
    protected void forget(ServiceInstance instance) throws Exception {
        try (RegistryBackend backend = open(options())) {
            backend.register(instance, LASTING).release();
        }
    }

    /** Registers through a connection of its own, in place of what was placed before. */
    @Override
    protected final void place(String service, List<ServiceInstance> instances) throws Exception {
        ServiceRegistry placer = connect();
        for (ServiceInstance each : instances) {
            register(placer, each, LASTING);
        }
        ServiceRegistry before = placers.put(service, placer);
        if (before != null) {
            before.close();
        }
    }

    private Registration register(ServiceRegistry registry, ServiceInstance instance, RegistrationOptions options)
            throws Exception {
        Registration registration = registry.register(instance, options);
        awaitState(registration, Registration.State.REGISTERED);
        return registration;
    }

    final void awaitState(Registration registration, Registration.State wanted) throws Exception {
        long until = System.nanoTime() + patience().toNanos();
        while (registration.state() != wanted) {
            assertThat(System.nanoTime())
                    .as(
                            "%s not %s within %s, but %s",
                            registration.instance().id(), wanted, patience(), registration.state())
                    .isLessThan(until);
            Thread.sleep(5);
        }
    }

    private Wire wire() throws Exception {
        return new Wire(open(options()));
    }

    private ServiceRegistry over(Wire wire) {
        return closing(ServiceRegistry.of(wire, options()));
    }

    @Test
    final void itCanDoWhatARegistryCan() throws Exception {
        assertThat(connect().capabilities()).containsExactlyInAnyOrder(RegistryCapability.values());
    }

    @Test
    final void aRegisteredInstanceIsDiscoveredWithAllItsFields() throws Exception {
        String service = freshService();
        ServiceInstance plain = ServiceInstance.of(service, "127.0.0.1", 65_535);
        ServiceInstance full = new ServiceInstance(
                service + "-2.b_c~d:e",
                service,
                "fd00::1",
                1,
                Map.of("version", "1.2.3", "a_b-C", "", "long", "x".repeat(512)),
                java.util.Optional.empty(),
                "eu-central-1a",
                100);
        ServiceInstance named = ServiceInstance.of(service, "host-1.example.internal", 443)
                .withId("named")
                .withZone("\u00fc-\u6771\u4eac")
                .withWeight(65_535);
        ServiceRegistry registry = connect();
        for (ServiceInstance each : List.of(plain, full, named)) {
            register(registry, each, LASTING);
        }
        awaitDiscovered(connect(), service, List.of(plain, full, named));
    }

    @Test
    final void metadataComesBackToTheLetter() throws Exception {
        String service = freshService();
        ServiceInstance instance = instance(service, 1)
                .withMetadata("unicode", "gr\u00f6\u00dfe \u6771\u4eac \ud83d\ude80")
                .withMetadata("quoted", "\"a\\b\" 'c' <d> & %41 {} [] a=b,c;d")
                .withMetadata("blank", " \t ")
                .withMetadata("UPPER", "Case")
                .withMetadata("upper", "case");
        register(connect(), instance, LASTING);
        awaitDiscovered(connect(), service, List.of(instance));
    }

    @Test
    final void aHealthCheckComesBackAsItWasRegistered() throws Exception {
        // Somebody listens there, so that a registry that does ask is content.
        String service = freshService();
        try (java.net.ServerSocket listening =
                new java.net.ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress())) {
            ServiceInstance checked = ServiceInstance.of(service, "127.0.0.1", listening.getLocalPort())
                    .withHealthCheck("tcp://127.0.0.1:" + listening.getLocalPort());
            register(connect(), checked, LASTING);
            awaitDiscovered(connect(), service, List.of(checked));
        }
    }

    @Test
    final void aCopyThatComesBackTakesItsOwnPlace() throws Exception {
        String service = freshService();
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        Wire first = wire();
        ServiceInstance before = instance(service, 1).withMetadata("version", "1");
        ServiceInstance after = instance(service, 2).withId(before.id()).withMetadata("version", "2");
        register(over(first), before, LASTING);
        awaitShown(reader, told, List.of(before));
        int seen = told.all().size();

        first.kill();
        Registration again = register(connect(), after, LASTING);
        awaitShown(reader, told, List.of(after));
        assertThat(told.all().subList(seen, told.all().size()))
                .as("there is one of the id all the time")
                .allSatisfy(each -> assertThat(each.instances()).hasSize(1));

        again.close();
        awaitShown(reader, told, List.of());
    }

    @Test
    final void aPredecessorDoesNotTakeItsSuccessorOut() throws Exception {
        String service = freshService();
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        Wire wire = wire();
        ServiceInstance before = instance(service, 1);
        ServiceInstance after = instance(service, 2).withId(before.id());
        Registration old = register(over(wire), before, LASTING);
        wire.silence();
        ServiceRegistry successor = connect();
        register(successor, after, LASTING);
        awaitShown(reader, told, List.of(after));

        old.close();
        // Had it been taken out, this watcher would see it without, or not at all.
        ServiceInstance marker = instance(service, 3);
        register(successor, marker, LASTING);
        awaitShown(reader, told, List.of(after, marker));
    }

    @Test
    final void closingTakesOutThisOneAndNoNeighbour() throws Exception {
        String service = freshService();
        ServiceRegistry own = connect();
        ServiceRegistry others = connect();
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        Registration first = register(own, instance(service, 1), LASTING);
        register(own, instance(service, 2), LASTING);
        register(others, instance(service, 3), LASTING);
        awaitShown(reader, told, instances(service, 1, 3));
        int seen = told.all().size();

        first.close();
        assertThat(first.state()).isEqualTo(Registration.State.CLOSED);
        first.close();
        awaitShown(reader, told, instances(service, 2, 3));
        // A neighbour that went for a moment would have been seen, or is seen to be gone now.
        Registration marker = register(others, instance(service, 4), LASTING);
        awaitShown(reader, told, instances(service, 2, 4));
        marker.close();
        awaitShown(reader, told, instances(service, 2, 3));
        for (ServiceSnapshot each : told.all().subList(seen, told.all().size())) {
            assertThat(seen(reader, each.instances())).containsAll(seen(reader, instances(service, 2, 3)));
        }
    }

    @Test
    final void oneIdInTwoServicesIsTwoInstances() throws Exception {
        String service = freshService();
        String other = freshService();
        ServiceInstance one = instance(service, 1).withId("same");
        ServiceInstance two = instance(other, 2).withId("same");
        ServiceRegistry registry = connect();
        Registration first = register(registry, one, LASTING);
        register(registry, two, LASTING);
        ServiceRegistry reader = connect();
        awaitDiscovered(reader, service, List.of(one));
        awaitDiscovered(reader, other, List.of(two));
        first.close();
        awaitDiscovered(reader, service, List.of());
        awaitDiscovered(reader, other, List.of(two));
    }

    @Test
    final void closingTheRegistryTakesOutAll() throws Exception {
        String service = freshService();
        ServiceRegistry registry = connect();
        for (ServiceInstance each : instances(service, 1, 5)) {
            register(registry, each, LASTING);
        }
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        awaitShown(reader, told, instances(service, 1, 5));
        registry.close();
        awaitShown(reader, told, List.of());
    }

    @Test
    final void whatIsRegisteredTwiceThroughOneObjectIsRefused() throws Exception {
        String service = freshService();
        ServiceRegistry registry = connect();
        Registration first = register(registry, instance(service, 1), LASTING);
        assertThatThrownBy(() -> registry.register(instance(service, 1), LASTING))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(instance(service, 1).id())
                .hasMessageContaining(service);
        first.close();
        register(registry, instance(service, 1), LASTING);
        awaitDiscovered(connect(), service, instances(service, 1, 1));
    }

    @Test
    final void whatIsNotReadyIsNotFound() throws Exception {
        String service = freshService();
        ServiceRegistry registry = connect();
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        register(registry, instance(service, 1), LASTING);
        Registration late = register(registry, instance(service, 2), LASTING.withReady(false));
        // Registered last and found: by then the one before would be found too.
        register(registry, instance(service, 3), LASTING);
        List<ServiceInstance> others = List.of(instance(service, 1), instance(service, 3));
        awaitShown(reader, told, others);
        awaitDiscovered(connect(), service, others);
        int seen = told.all().size();

        late.ready(true);
        awaitShown(reader, told, instances(service, 1, 3));
        assertThat(told.all().subList(0, seen))
                .as("what was told before it was ready")
                .allSatisfy(each -> assertThat(each.instances()).doesNotContain(instance(service, 2)));
        late.ready(false);
        awaitShown(reader, told, others);
        late.ready(true);
        awaitShown(reader, told, instances(service, 1, 3));
    }

    @Test
    final void aLeaseRunsOutUnlessItIsRenewed() throws Exception {
        String service = freshService();
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        Wire living = wire();
        ServiceInstance alive = instance(service, 1);
        register(
                over(living),
                alive,
                RegistrationOptions.defaults().withTtl(shortTtl().multipliedBy(2)));
        awaitSeen(reader, told, alive, true);
        // A crashed one goes, in twice the time that the living one has. That one need not register again meanwhile; on
        // a
        // machine that stands still for so long it may have to once, but not each time.
        boolean renewed = false;
        for (int round = 1; round <= 3 && !renewed; round++) {
            int before = living.registered();
            Wire wire = wire();
            ServiceInstance crashed = instance(service, 1 + round);
            register(
                    over(wire),
                    crashed,
                    RegistrationOptions.defaults().withTtl(shortTtl().multipliedBy(4)));
            awaitSeen(reader, told, crashed, true);
            wire.kill();
            awaitSeen(reader, told, crashed, false);
            renewed = living.registered() == before;
        }
        assertThat(renewed)
                .as("it is renewed, and not only registered again when it has run out")
                .isTrue();
        awaitSeen(reader, told, alive, true);
    }

    private void awaitSeen(ServiceRegistry reader, Told told, ServiceInstance instance, boolean there)
            throws Exception {
        String seen = seen(instance, reader.capabilities());
        told.await(
                (there ? "of " : "of the end of ") + seen,
                patience().plus(shortTtl().multipliedBy(4)),
                found -> seen(reader, found.instances()).contains(seen) == there);
    }

    @Test
    final void aCopyThatWasSilentForTooLongIsBackOnceItSpeaks() throws Exception {
        String service = freshService();
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        Wire wire = wire();
        ServiceInstance instance = instance(service, 1);
        register(over(wire), instance, RegistrationOptions.defaults().withTtl(shortTtl()));
        awaitSeen(reader, told, instance, true);
        wire.silence();
        awaitSeen(reader, told, instance, false);
        wire.speak();
        awaitSeen(reader, told, instance, true);
    }

    @Test
    final void aForgottenRegistrationIsTakenAgain() throws Exception {
        String service = freshService();
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        ServiceInstance lasting = instance(service, 1);
        register(connect(), lasting, LASTING);
        awaitShown(reader, told, List.of(lasting));
        forget(lasting);
        awaitShown(reader, told, List.of()); // the subject does forget: its owner asks again in 20 minutes only

        Wire wire = wire();
        ServiceInstance brief = instance(service, 2).withMetadata("version", "7");
        register(
                over(wire),
                brief,
                RegistrationOptions.defaults().withTtl(shortTtl().multipliedBy(3)));
        awaitSeen(reader, told, brief, true);
        int before = wire.registered();
        forget(brief);
        wire.awaitRegistered(before + 1, patience());
        awaitShown(reader, told, List.of(brief));
    }

    @Test
    final void manyRegisterAtOnce() throws Exception {
        String service = freshService();
        List<Registration> all = new ArrayList<>();
        for (int process = 0; process < 5; process++) {
            ServiceRegistry registry = connect();
            for (int n = 1; n <= 10; n++) {
                all.add(registry.register(instance(service, process * 10 + n), LASTING));
            }
        }
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        awaitShown(reader, told, instances(service, 1, 50));
        for (Registration each : all.subList(0, 25)) {
            each.close();
        }
        awaitShown(reader, told, instances(service, 26, 50));
    }
}
