package dev.parley.discovery.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.testing.Direction;
import dev.parley.testing.Fault;
import dev.parley.testing.FaultProxy;
import dev.parley.testing.Fixture;
import dev.parley.testing.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes wrong around etcd, and how it comes right again by itself. */
class EtcdFaultsTest {

    private static final RegistrationOptions BRIEF =
            RegistrationOptions.defaults().withTtl(Duration.ofSeconds(3));
    private static final RegistrationOptions LASTING =
            RegistrationOptions.defaults().withTtl(Duration.ofHours(1));
    private static final RegistryOptions QUICK = RegistryOptions.defaults()
            .withMaxWait(Duration.ofSeconds(2))
            .withAnswerTimeout(Duration.ofSeconds(2))
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(250))
            .withKeepEmpty(Duration.ZERO);
    private static final RegistryOptions PATIENT =
            QUICK.withMaxWait(Duration.ofMinutes(5)).withAnswerTimeout(Duration.ofSeconds(60));

    private static EtcdServer etcd;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    @BeforeAll
    static void startEtcd() throws Exception {
        etcd = EtcdServer.start();
    }

    @AfterAll
    static void stopEtcd() throws Exception {
        if (etcd != null) {
            etcd.close();
        }
    }

    private ServiceRegistry connect() {
        return through(etcd.process.authority());
    }

    private ServiceRegistry through(String authority) {
        return through(authority, QUICK);
    }

    private ServiceRegistry through(String authority, RegistryOptions options) {
        return fixture.open(ServiceRegistry.of(EtcdServer.open("etcd://" + authority, options), options));
    }

    private Seen watch(ServiceRegistry registry, String service) {
        Seen seen = new Seen();
        fixture.open(registry.watch(service, seen));
        return seen;
    }

    private static ServiceInstance instance(String service, String id) {
        return ServiceInstance.of(service, "127.0.0.1", 7001).withId(id);
    }

    @Test
    void aProcessThatIsKilledIsGoneAfterItsTimeToLive() throws Exception {
        Seen seen = watch(connect(), "killed");
        ServerProcess jvm =
                fixture.open(RegisteringJvm.start("etcd://" + etcd.process.authority(), "killed", "one", 3));
        seen.awaitIds("one");

        jvm.kill();

        seen.awaitIds();
    }

    @Test
    void aProcessThatStoodStillPastItsLeaseIsBackOnceItGoesOn() throws Exception {
        Seen seen = watch(connect(), "stood-still");
        ServerProcess jvm =
                fixture.open(RegisteringJvm.start("etcd://" + etcd.process.authority(), "stood-still", "one", 3));
        seen.awaitIds("one");

        jvm.pause();
        seen.awaitIds();
        jvm.resume();

        seen.awaitIds("one");
    }

    @Test
    void anEtcdThatStoodStillPastTheLeasesHasAllAgainOnceItGoesOn() throws Exception {
        ServiceRegistry owner = connect();
        Registration registration = owner.register(instance("jump", "one"), BRIEF);
        Seen.await(registration, Registration.State.REGISTERED);
        Seen seen = watch(connect(), "jump");
        seen.awaitIds("one");

        etcd.process.pause();
        try {
            seen.await("that etcd does not answer", found -> !found.isFresh());
            assertThat(seen.last().instances()).hasSize(1);
            Seen.await(registration, Registration.State.PENDING);
            // For etcd time jumps by more than the lease.
            Thread.sleep(3_500);
        } finally {
            etcd.process.resume();
        }

        Seen.await(registration, Registration.State.REGISTERED);
        seen.awaitIds("one");
    }

    @Test
    void whoIsCutOffLosesItsLeaseAndTakesItAgain() throws Exception {
        FaultProxy network = fixture.proxy(etcd.process.port());
        ServiceRegistry owner = through(network.authority());
        owner.register(instance("cut-off", "one"), BRIEF);
        Seen seen = watch(connect(), "cut-off");
        seen.awaitIds("one");

        network.inject(new Fault.Blackhole(true));
        seen.awaitIds();
        network.heal();

        seen.awaitIds("one");
    }

    @Test
    void aWatchThatDiesSilentlyIsFoundOut() throws Exception {
        FaultProxy network = fixture.proxy(etcd.process.port());
        Seen seen = watch(through(network.authority()), "half-open");
        ServiceRegistry owner = connect();
        owner.register(instance("half-open", "one"), LASTING);
        seen.awaitIds("one");

        network.inject(Direction.DOWNSTREAM, new Fault.Blackhole(true));
        Seen.await(owner.register(instance("half-open", "two"), LASTING), Registration.State.REGISTERED);
        seen.await("that etcd does not answer", found -> !found.isFresh());
        assertThat(seen.last().instances()).hasSize(1);
        network.heal();

        seen.awaitIds("one", "two");
    }

    @Test
    void theNextMemberIsAskedWhenOneIsGone() throws Exception {
        FaultProxy gone = fixture.proxy(etcd.process.port());
        FaultProxy here = fixture.proxy(etcd.process.port());
        ServiceRegistry registry = through(gone.authority() + "," + here.authority(), PATIENT);
        Seen seen = watch(registry, "members");
        Registration registration = registry.register(instance("members", "one"), BRIEF);
        seen.awaitIds("one");
        assertThat(here.traffic().accepted()).isZero();

        gone.inject(new Fault.Refuse());
        gone.resetConnections();
        registry.register(instance("members", "two"), BRIEF);

        seen.awaitIds("one", "two");
        Seen.await(registration, Registration.State.REGISTERED);
        assertThat(here.traffic().accepted()).isPositive();
    }

    @Test
    void aRevisionThatWasCompactedAwayIsReadAnew() throws Exception {
        RegistryBackend backend = fixture.open(etcd.open(PATIENT));
        RegistryBackend.Lease lease = backend.register(instance("compacted", "one"), LASTING);
        String before = backend.query("compacted", "", Duration.ZERO).revision();
        backend.register(instance("compacted", "two"), LASTING);
        etcd.post("kv/compaction", "{\"revision\":\"" + etcd.revision() + "\"}");

        Future<RegistryBackend.Answer> answer =
                fixture.start(() -> backend.query("compacted", before, Duration.ofMinutes(5)));

        assertThat(answer.get(60, TimeUnit.SECONDS).instances()).hasSize(2);
        lease.release();
    }

    @Test
    void aRegistryThatCountsFromBeforeIsReadAnew() throws Exception {
        RegistryBackend backend = fixture.open(etcd.open(PATIENT));
        backend.register(instance("reset", "one"), LASTING);

        Future<RegistryBackend.Answer> answer =
                fixture.start(() -> backend.query("reset", "999999999", Duration.ofMinutes(5)));

        RegistryBackend.Answer found = answer.get(60, TimeUnit.SECONDS);
        assertThat(found.instances()).hasSize(1);
        assertThat(Long.parseLong(found.revision())).isLessThan(999_999_999);
    }

    @Test
    @Tag("long")
    void twoHundredServicesOfTwentyInstances() throws Exception {
        int services = 200;
        int instances = 20;
        ServiceRegistry owner = through(etcd.process.authority(), PATIENT);
        List<Registration> all = new ArrayList<>();
        List<Seen> watchers = new ArrayList<>();
        ServiceRegistry reader = through(etcd.process.authority(), PATIENT);
        for (int s = 0; s < services; s++) {
            String service = "many-" + s;
            watchers.add(watch(reader, service));
            for (int i = 0; i < instances; i++) {
                all.add(owner.register(instance(service, "i" + i), LASTING));
            }
        }
        for (Registration each : all) {
            Seen.await(each, Registration.State.REGISTERED);
        }
        for (Seen each : watchers) {
            each.await("all instances", found -> found.instances().size() == instances);
        }
        // Each has a watch that waits for five minutes, so this is told by the watches.
        for (int s = 0; s < services; s++) {
            all.get(s * instances).close();
        }
        for (Seen each : watchers) {
            each.await(
                    "one fewer", found -> found.isFresh() && found.instances().size() == instances - 1);
        }
    }

    @Test
    void aQueryWithoutNewsEndsWithItsWait() throws Exception {
        RegistryBackend backend = fixture.open(etcd.open(PATIENT));
        backend.register(instance("quiet", "one"), LASTING);
        String now = backend.query("quiet", "", Duration.ZERO).revision();
        long began = System.nanoTime();

        assertThat(backend.query("quiet", now, Duration.ofMillis(500)).instances())
                .hasSize(1);

        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(500_000_000);
    }
}
