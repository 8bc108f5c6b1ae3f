package dev.parley.chain;

import dev.parley.Call;
import dev.parley.resilience.ResilienceListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Who listens to all policies of a client or a server: those that are there, and those that will be made. The policies
 * themselves know their listeners, so that one that nobody listens to makes no events.
 */
final class Audience {

    private static final class Seat {
        private final ResilienceListener listener;
        private final List<Call.Registration> registrations = new ArrayList<>();

        Seat(ResilienceListener listener) {
            this.listener = listener;
        }
    }

    // Guarded by this.
    private final List<Function<ResilienceListener, Call.Registration>> policies = new ArrayList<>();
    private final List<Seat> seats = new ArrayList<>();

    /** A policy that can be listened to by {@code listen}. */
    synchronized void hears(Function<ResilienceListener, Call.Registration> listen) {
        policies.add(listen);
        seats.forEach(seat -> seat.registrations.add(listen.apply(seat.listener)));
    }

    synchronized Call.Registration add(ResilienceListener listener) {
        Seat seat = new Seat(listener);
        policies.forEach(listen -> seat.registrations.add(listen.apply(listener)));
        seats.add(seat);
        return () -> leave(seat);
    }

    private synchronized void leave(Seat seat) {
        seats.remove(seat);
        seat.registrations.forEach(Call.Registration::remove);
        seat.registrations.clear();
    }
}
