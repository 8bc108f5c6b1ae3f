package dev.parley.discovery.etcd;

import dev.parley.discovery.Registration;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceSnapshot;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What a watcher was told last, waited for with patience. */
final class Seen implements Consumer<ServiceSnapshot> {

    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private volatile ServiceSnapshot last =
            new ServiceSnapshot("none", List.of(), java.util.Optional.of("nothing told"));

    @Override
    public void accept(ServiceSnapshot snapshot) {
        last = snapshot;
    }

    ServiceSnapshot last() {
        return last;
    }

    void awaitIds(String... ids) throws InterruptedException {
        await(
                "ids " + List.of(ids),
                found -> found.isFresh()
                        && found.instances().stream()
                                .map(ServiceInstance::id)
                                .toList()
                                .equals(List.of(ids)));
    }

    void await(String what, Predicate<ServiceSnapshot> wanted) throws InterruptedException {
        await(what, () -> wanted.test(last), () -> last.toString());
    }

    static void await(Registration registration, Registration.State state) throws InterruptedException {
        await(
                state + " of " + registration.instance().id(),
                () -> registration.state() == state,
                () -> registration.state().toString());
    }

    static void await(String what, BooleanSupplier wanted, Supplier<String> instead) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (!wanted.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("waited for " + what + ", but there is " + instead.get());
            }
            Thread.sleep(10);
        }
    }
}
