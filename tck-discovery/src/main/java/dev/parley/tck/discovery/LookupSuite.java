package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import dev.parley.discovery.Watch;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every registry promises to those who look something up, even one that never changes. The first of four suites, each of
 * which has all tests of those before: {@link DiscoverySuite} for registries whose answers change, {@link RegistrySuite} for
 * those that services register in, {@link RegistryServerSuite} for those with a server of their own.
 */
public abstract class LookupSuite {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final List<AutoCloseable> opened = new ArrayList<>();

    /**
     * Another connection to the subject, such as another process would have. The suite closes it.
     *
     * @param options those of {@link #options}, perhaps changed
     */
    protected abstract RegistryBackend open(RegistryOptions options) throws Exception;

    /** Lets the subject have these instances of {@code service} and no other, by means of its own; returns once it has. */
    protected abstract void place(String service, List<ServiceInstance> instances) throws Exception;

    /**
     * Short waits after failures, so that the suite is quick, and long ones for changes, so that a watch which tells nothing is
     * not made up for; no empty answer is doubted.
     */
    protected RegistryOptions options() {
        return RegistryOptions.defaults()
                .withMaxWait(Duration.ofMinutes(5))
                .withAnswerTimeout(Duration.ofSeconds(10))
                .withBackoff(Duration.ofMillis(20), Duration.ofMillis(250))
                .withKeepEmpty(Duration.ZERO);
    }

    /** How long the suite waits for what has to happen. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    /** A service that nobody has used, in this run or another. */
    protected String freshService() {
        return "tck-" + Long.toString(System.nanoTime() & 0xff_ffff_ffffL, 36) + '-' + NAMES.incrementAndGet();
    }

    /** The instance number {@code n}, from 1 to 200, of a service: each at another address. */
    protected ServiceInstance instance(String service, int n) {
        return ServiceInstance.of(service, "127.0.0." + n, 7000 + n).withId(service + '-' + n);
    }

    /** What of an instance comes back from the subject: all of it with {@code METADATA}, otherwise host and port. */
    protected String seen(ServiceInstance instance, Set<RegistryCapability> capabilities) {
        return capabilities.contains(RegistryCapability.METADATA) ? instance.toString() : instance.authority();
    }

    /** Closed behind the test. */
    final <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    final ServiceRegistry connect() throws Exception {
        return connect(options());
    }

    final ServiceRegistry connect(RegistryOptions options) throws Exception {
        return closing(ServiceRegistry.of(open(options), options));
    }

    @AfterEach
    final void closeAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    /** A watcher of {@code service} through {@code registry}. */
    final Told watch(ServiceRegistry registry, String service) {
        Told told = new Told();
        closing(registry.watch(service, told));
        return told;
    }

    final List<ServiceInstance> instances(String service, int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(n -> instance(service, n))
                .toList();
    }

    final boolean shows(ServiceRegistry registry, ServiceSnapshot snapshot, List<ServiceInstance> wanted) {
        return snapshot.isFresh()
                && snapshot.instances().size() == wanted.size()
                && seen(registry, snapshot.instances()).equals(seen(registry, wanted));
    }

    final Set<String> seen(ServiceRegistry registry, List<ServiceInstance> instances) {
        Set<String> seen = new TreeSet<>();
        instances.forEach(each -> seen.add(seen(each, registry.capabilities())));
        return seen;
    }

    final void awaitShown(ServiceRegistry registry, Told told, List<ServiceInstance> wanted) throws Exception {
        told.await(seen(registry, wanted).toString(), patience(), found -> shows(registry, found, wanted));
    }

    /** Asks until it is so; a registry may take a moment to show what it has. */
    final void awaitDiscovered(ServiceRegistry registry, String service, List<ServiceInstance> wanted)
            throws Exception {
        long until = System.nanoTime() + patience().toNanos();
        while (true) {
            ServiceSnapshot found = registry.discover(service);
            if (shows(registry, found, wanted)) {
                return;
            }
            assertThat(System.nanoTime())
                    .as("%s not discovered within %s, but %s", seen(registry, wanted), patience(), found)
                    .isLessThan(until);
            Thread.sleep(10);
        }
    }

    @Test
    final void whatIsThereIsDiscovered() throws Exception {
        String service = freshService();
        List<ServiceInstance> placed = instances(service, 1, 3);
        place(service, placed);
        ServiceRegistry registry = connect();
        awaitDiscovered(registry, service, placed);
        assertThat(registry.discover(service).service()).isEqualTo(service);
        assertThat(registry.discover(service).instances())
                .extracting(ServiceInstance::id)
                .as("ids")
                .doesNotHaveDuplicates();
    }

    @Test
    final void fiftyInstancesAreDiscovered() throws Exception {
        String service = freshService();
        List<ServiceInstance> placed = instances(service, 1, 50);
        place(service, placed);
        awaitDiscovered(connect(), service, placed);
    }

    @Test
    final void aWatcherIsToldWhatIsThere() throws Exception {
        String service = freshService();
        List<ServiceInstance> placed = instances(service, 1, 2);
        place(service, placed);
        ServiceRegistry registry = connect();
        Told told = new Told();
        Watch watch = closing(registry.watch(service, told));
        awaitShown(registry, told, placed);
        assertThat(watch.latest()).contains(told.all().getLast());
        // What is followed is known without a question.
        assertThat(registry.discover(service)).isEqualTo(told.all().getLast());
    }

    @Test
    final void aSecondWatcherIsToldTheSame() throws Exception {
        String service = freshService();
        List<ServiceInstance> placed = instances(service, 1, 2);
        place(service, placed);
        ServiceRegistry registry = connect();
        Told first = watch(registry, service);
        awaitShown(registry, first, placed);
        Told second = watch(registry, service);
        awaitShown(registry, second, placed);
        assertThat(second.all().getLast()).isEqualTo(first.all().getLast());
    }

    @Test
    final void whatDoesNotChangeIsToldOnce() throws Exception {
        String service = freshService();
        List<ServiceInstance> placed = instances(service, 1, 3);
        place(service, placed);
        // Several questions go by, as the second watcher sees, which asks for itself.
        RegistryOptions quick = options().withMaxWait(Duration.ofMillis(50));
        ServiceRegistry registry = connect(quick);
        Told told = watch(registry, service);
        awaitShown(registry, told, placed);
        for (int i = 0; i < 3; i++) {
            ServiceRegistry other = connect(quick);
            awaitShown(other, watch(other, service), placed);
        }
        // Not by time: the registry may have been slow to show all of them, but never shows the same twice.
        List<ServiceSnapshot> all = told.all();
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i)).as("told twice in a row").isNotEqualTo(all.get(i - 1));
        }
    }

    @Test
    final void aClosedWatchIsToldNothingAndCanBeOpenedAgain() throws Exception {
        String service = freshService();
        List<ServiceInstance> placed = instances(service, 1, 2);
        place(service, placed);
        ServiceRegistry registry = connect();
        for (int i = 0; i < 3; i++) {
            Told told = new Told();
            Watch watch = registry.watch(service, told);
            awaitShown(registry, told, placed);
            watch.close();
            watch.close();
        }
    }

    @Test
    final void aNameThatCannotBeOneIsRefusedAtOnce() throws Exception {
        ServiceRegistry registry = connect();
        for (String bad : List.of("", "a b", "a\nb", "\u0000", "x".repeat(256))) {
            assertThatThrownBy(() -> registry.discover(bad))
                    .as("discover")
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("service");
            assertThatThrownBy(() -> registry.watch(bad, snapshot -> {}))
                    .as("watch")
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("service");
        }
    }

    @Test
    final void aClosedRegistrySaysSo() throws Exception {
        ServiceRegistry registry = connect();
        registry.close();
        registry.close();
        assertThatThrownBy(() -> registry.discover("any"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> registry.watch("any", snapshot -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
