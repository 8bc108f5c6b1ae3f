package dev.parley.telemetry;

import dev.parley.Attributes;
import dev.parley.Call;

/**
 * Tells a request that is sent again from another one. Attempts are calls of their own that share their attributes; a handler
 * that sends two requests under its own call is no attempt.
 */
final class Resends {

    private static final Attributes.Key<Resends> KEY = Attributes.Key.of("http-resends");

    private final String what;
    private Call last;
    private int count;

    private Resends(String what, Call first) {
        this.what = what;
        this.last = first;
    }

    /** How often the request was sent before; {@code what} is its method and URL. */
    static int count(Call call, String what) {
        Resends known = call.attributes().get(KEY).orElse(null);
        if (known == null || !known.what.equals(what)) {
            call.attributes().put(KEY, new Resends(what, call));
            return 0;
        }
        return known.next(call);
    }

    private synchronized int next(Call call) {
        if (call.equals(last)) {
            return count;
        }
        last = call;
        count++;
        return count;
    }
}
