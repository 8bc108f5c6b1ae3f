package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every registry promises whose server can go away and come back. A test class of it says how to stop, start and wipe the
 * server; each test leaves it running.
 */
public abstract class RegistryServerSuite extends RegistrySuite {

    private static final RegistrationOptions LASTING =
            RegistrationOptions.defaults().withTtl(Duration.ofMinutes(5));

    /** Stops the server; from now on it cannot be connected to. */
    protected abstract void stop() throws Exception;

    /** Starts it again, at the same address; whether it remembers does not matter. Returns once it answers. */
    protected abstract void start() throws Exception;

    /** Lets it lose all registrations, and where it counts from; it may stop and start for that. Returns once it answers. */
    protected abstract void wipe() throws Exception;

    @Test
    final void theLastGoodAnswerStandsWhileTheServerIsDown() throws Exception {
        String service = freshService();
        List<ServiceInstance> placed = instances(service, 1, 3);
        // So short that those who had registered are soon back in a server that has forgotten them.
        RegistrationOptions brief =
                RegistrationOptions.defaults().withTtl(shortTtl().multipliedBy(3));
        ServiceRegistry owner = connect();
        placed.forEach(each -> owner.register(each, brief));
        ServiceRegistry registry = connect(options().withKeepEmpty(Duration.ofMinutes(5)));
        Told told = watch(registry, service);
        awaitShown(registry, told, placed);
        stop();
        try {
            ServiceSnapshot stale = told.await("that the registry is down", patience(), found -> !found.isFresh());
            assertThat(seen(registry, stale.instances())).isEqualTo(seen(registry, placed));
            assertThat(seen(registry, registry.discover(service).instances())).isEqualTo(seen(registry, placed));
            assertThat(registry.discover(service).stale()).isPresent();
        } finally {
            start();
        }
        told.await("that it is back", patience(), ServiceSnapshot::isFresh);
    }

    @Test
    final void whatIsRegisteredWhileTheServerIsDownIsThereOnceItIsUp() throws Exception {
        String service = freshService();
        ServiceInstance instance = instance(service, 1);
        stop();
        ServiceRegistry owner;
        Registration registration;
        ServiceRegistry reader;
        Told told;
        try {
            owner = connect();
            reader = connect();
            registration = owner.register(instance, LASTING);
            told = watch(reader, service);
            ServiceSnapshot stale = told.await("that it is down", patience(), found -> !found.isFresh());
            assertThat(stale.instances()).isEmpty();
            assertThat(registration.state()).isEqualTo(Registration.State.PENDING);
            assertThatThrownBy(() -> reader.discover(freshService()))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        } finally {
            start();
        }
        awaitState(registration, Registration.State.REGISTERED);
        awaitShown(reader, told, List.of(instance));
    }

    @Test
    final void afterARestartAllIsAsBefore() throws Exception {
        String service = freshService();
        ServiceRegistry owner = connect();
        RegistrationOptions brief =
                RegistrationOptions.defaults().withTtl(shortTtl().multipliedBy(3));
        for (ServiceInstance each : instances(service, 1, 2)) {
            owner.register(each, brief);
        }
        ServiceRegistry reader = connect();
        Told told = watch(reader, service);
        awaitShown(reader, told, instances(service, 1, 2));
        for (int round = 1; round <= 2; round++) {
            stop();
            start();
            // What is registered behind the restart is seen by whoever watched before it.
            owner.register(instance(service, 2 + round), brief);
            awaitShown(reader, told, instances(service, 1, 2 + round));
            awaitDiscovered(connect(), service, instances(service, 1, 2 + round));
        }
    }

    @Test
    final void afterAWipeAllRegisterAgain() throws Exception {
        String service = freshService();
        RegistrationOptions brief =
                RegistrationOptions.defaults().withTtl(shortTtl().multipliedBy(3));
        for (int n = 1; n <= 3; n++) {
            connect().register(instance(service, n), brief);
        }
        ServiceRegistry reader = connect(options().withKeepEmpty(Duration.ofMinutes(5)));
        Told told = watch(reader, service);
        awaitShown(reader, told, instances(service, 1, 3));
        int seen = told.all().size();
        wipe();
        ServiceRegistry later = connect();
        awaitDiscovered(later, service, instances(service, 1, 3));
        // The watcher follows the new server's revisions, and was never told that there is nobody.
        later.register(instance(service, 4), brief);
        awaitShown(reader, told, instances(service, 1, 4));
        assertThat(told.all().subList(seen, told.all().size()))
                .as("what was told since the wipe")
                .allSatisfy(each -> assertThat(each.instances()).isNotEmpty());
    }

    @Test
    final void closingWhileTheServerIsDownDoesNotHang() throws Exception {
        String service = freshService();
        ServiceRegistry registry = connect();
        Registration registration = registry.register(instance(service, 1), LASTING);
        awaitState(registration, Registration.State.REGISTERED);
        Told told = watch(registry, service);
        awaitShown(registry, told, instances(service, 1, 1));
        stop();
        try {
            Thread closing = Thread.ofVirtual().start(registry::close);
            assertThat(closing.join(patience()))
                    .as("closed while the server is down")
                    .isTrue();
            assertThat(registration.state()).isEqualTo(Registration.State.CLOSED);
        } finally {
            start();
        }
    }
}
