package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every registry promises whose answers change, whoever changes them: DNS, Kubernetes. {@link #place} may be called again for
 * a service while it is watched.
 */
public abstract class DiscoverySuite extends LookupSuite {

    @Test
    final void anUnknownNameIsEmpty() throws Exception {
        String service = freshService();
        String other = freshService();
        place(other, instances(other, 1, 1));
        ServiceRegistry registry = connect();
        ServiceSnapshot found = registry.discover(service);
        assertThat(found.instances()).isEmpty();
        assertThat(found.isFresh()).as("an empty answer is an answer").isTrue();
        awaitShown(registry, watch(registry, service), List.of());
    }

    @Test
    final void eachChangeIsTold() throws Exception {
        String service = freshService();
        ServiceRegistry registry = connect();
        Told told = watch(registry, service);
        for (List<ServiceInstance> state : List.of(
                instances(service, 1, 1),
                instances(service, 1, 3),
                instances(service, 2, 3),
                instances(service, 2, 2),
                List.<ServiceInstance>of(),
                instances(service, 1, 2))) {
            place(service, state);
            awaitShown(registry, told, state);
            awaitDiscovered(connect(), service, state);
        }
    }

    @Test
    final void nothingOlderIsToldBehindNewer() throws Exception {
        String service = freshService();
        ServiceRegistry registry = connect();
        List<Told> watchers = List.of(watch(registry, service), watch(registry, service));
        int last = 12;
        List<String> order = new ArrayList<>();
        for (int n = 1; n <= last; n++) {
            ServiceInstance each = instance(service, n);
            order.add(seen(each, registry.capabilities()));
            place(service, List.of(each));
        }
        for (Told told : watchers) {
            awaitShown(registry, told, instances(service, last, last));
            int oldest = 0;
            int newest = 0;
            for (ServiceSnapshot snapshot : told.all()) {
                assertThat(snapshot.isFresh())
                        .as("the registry was there all the time, but %s", snapshot)
                        .isTrue();
                Set<String> seen = seen(registry, snapshot.instances());
                if (!seen.isEmpty()) {
                    assertThat(order).as("what was placed").containsAll(seen);
                    List<Integer> positions =
                            seen.stream().map(order::indexOf).sorted().toList();
                    assertThat(positions.getFirst())
                            .as("an instance that was gone is back in %s", snapshot)
                            .isGreaterThanOrEqualTo(oldest);
                    assertThat(positions.getLast())
                            .as("the newest instance is gone in %s", snapshot)
                            .isGreaterThanOrEqualTo(newest);
                    oldest = positions.getFirst();
                    newest = positions.getLast();
                }
            }
        }
    }

    @Test
    final void twoProcessesSeeTheSame() throws Exception {
        String service = freshService();
        ServiceRegistry one = connect();
        ServiceRegistry other = connect();
        Told first = watch(one, service);
        Told second = watch(other, service);
        for (int last = 1; last <= 3; last++) {
            place(service, instances(service, 1, last));
            awaitShown(one, first, instances(service, 1, last));
            awaitShown(other, second, instances(service, 1, last));
        }
    }

    @Test
    final void oneServiceIsNotAnother() throws Exception {
        String service = freshService();
        String longer = service + "x";
        place(service, instances(service, 1, 2));
        place(longer, instances(longer, 3, 4));
        ServiceRegistry registry = connect();
        awaitDiscovered(registry, service, instances(service, 1, 2));
        awaitDiscovered(registry, longer, instances(longer, 3, 4));
        Told told = watch(registry, service);
        awaitShown(registry, told, instances(service, 1, 2));
        place(longer, List.of());
        awaitDiscovered(registry, longer, List.of());
        place(service, instances(service, 2, 2));
        awaitShown(registry, told, instances(service, 2, 2));
    }

    @Test
    final void whoWatchesBeforeItIsThereSeesItCome() throws Exception {
        String service = freshService();
        ServiceRegistry registry = connect();
        Told told = watch(registry, service);
        awaitShown(registry, told, List.of());
        place(service, instances(service, 1, 1));
        awaitShown(registry, told, instances(service, 1, 1));
    }
}
