package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.Explanation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who listens to one policy. Asking whether anybody does costs one read. */
final class Listeners {

    private static final System.Logger LOG = System.getLogger(Listeners.class.getName());

    private volatile List<ResilienceListener> all = List.of();

    synchronized Call.Registration add(ResilienceListener listener) {
        List<ResilienceListener> more = new ArrayList<>(all);
        more.add(listener);
        all = List.copyOf(more);
        return () -> remove(listener);
    }

    private synchronized void remove(ResilienceListener listener) {
        List<ResilienceListener> fewer = new ArrayList<>(all);
        fewer.remove(listener);
        all = List.copyOf(fewer);
    }

    /** Whether an event is worth making. */
    boolean any() {
        return !all.isEmpty();
    }

    /** Tells of a decision about {@code call}: those who listen, and who has asked for an explanation of it. */
    void tell(@Nullable Call call, Supplier<ResilienceEvent> decision) {
        Explanation asked = call == null ? null : Explanation.of(call).orElse(null);
        if (asked == null && !any()) {
            return;
        }
        ResilienceEvent event = decision.get();
        tell(event);
        if (asked != null) {
            asked.add(event);
        }
    }

    void tell(ResilienceEvent event) {
        for (ResilienceListener listener : all) { // a copy that no one changes
            try {
                listener.on(event);
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        () -> "a listener of " + event.policy() + " failed at " + event,
                        e);
            }
        }
    }
}
