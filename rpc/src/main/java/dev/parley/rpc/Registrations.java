package dev.parley.rpc;

import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** What a server is registered as while it runs. */
final class Registrations {

    /** How long nobody must have called before it is believed that all have heard. */
    private static final Duration QUIET = Duration.ofMillis(250);

    private final List<Registration> open;
    private final Arrivals arrivals;

    /** What will be registered, and where. */
    record Planned(ServiceRegistry registry, IntFunction<ServiceInstance> described, RegistrationOptions options) {
        Registration open(int port) {
            return registry.register(described.apply(port), options);
        }
    }

    private Registrations(List<Registration> open, Arrivals arrivals) {
        this.open = List.copyOf(open);
        this.arrivals = arrivals;
    }

    /** All of {@code planned}, or none of them and what the one threw that failed. */
    static Registrations open(List<Planned> planned, int port, Arrivals arrivals) {
        List<Registration> open = new ArrayList<>();
        try {
            planned.forEach(each -> open.add(each.open(port)));
        } catch (RuntimeException e) {
            open.forEach(Registration::close);
            throw e;
        }
        return new Registrations(open, arrivals);
    }

    /**
     * Takes the server out, and waits until no calls come in any more. Takes no longer than half of {@code grace}, whether the
     * registry answers or not: the other half is for the calls that run.
     */
    void leave(Duration grace) {
        Duration most = grace.dividedBy(2);
        if (open.isEmpty() || most.isNegative() || most.isZero()) {
            // An owner in a hurry: the leases are given back on the side, or run out.
            open.forEach(each -> Thread.ofVirtual().name("parley-leave").start(each::close));
            return;
        }
        long start = System.nanoTime();
        List<Thread> leaving = open.stream()
                .map(each -> Thread.ofVirtual().name("parley-leave").start(each::close))
                .toList();
        try {
            for (Thread each : leaving) {
                each.join(left(most, start));
            }
            arrivals.awaitQuiet(QUIET, left(most, start));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the shutdown goes on, and gives running calls no more time
        }
    }

    private static Duration left(Duration most, long start) {
        Duration left = most.minusNanos(System.nanoTime() - start);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
