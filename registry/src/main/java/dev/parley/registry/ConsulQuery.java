package dev.parley.registry;

import dev.parley.rest.RestRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** What the query of a request says, but for what is the route's own. */
record ConsulQuery(long index, Duration most, boolean pretty) {

    private static final Duration DEFAULT_WAIT = Duration.ofMinutes(5);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /**
     * Reads it, and refuses what would change the answer and cannot be done.
     *
     * @throws ConsulError 400, or 500 for another datacenter, as in Consul
     */
    static ConsulQuery of(RestRequest request) {
        String dc = request.query("dc").orElse("");
        if (!dc.isEmpty() && !dc.equals(ConsulJson.DATACENTER)) {
            throw new ConsulError(500, "No path to datacenter");
        }
        for (String name : new String[] {"filter", "node-meta", "sg", "peer"}) {
            if (!request.query(name).orElse("").isEmpty()) {
                throw ConsulError.bad(name + " is not supported by this registry");
            }
        }
        return new ConsulQuery(index(request), wait(request), isSet(request, "pretty"));
    }

    private static long index(RestRequest request) {
        String text = request.query("index").orElse("");
        if (text.isEmpty()) {
            return 0;
        }
        // As Consul: an unsigned number of 64 bits. What is beyond ours is in the future anyway.
        if (!text.matches("[0-9]{1,20}")) {
            throw ConsulError.bad("Invalid index");
        }
        return text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
    }

    private static Duration wait(RestRequest request) {
        String text = request.query("wait").orElse("");
        Optional<Duration> parsed = text.isEmpty() ? Optional.of(Duration.ZERO) : GoDuration.parse(text);
        Duration wait = parsed.orElseThrow(() -> ConsulError.bad("Invalid wait time"));
        wait = wait.isZero() ? DEFAULT_WAIT : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        // So that all who wait since the same moment do not come back in one.
        return wait.plusNanos(ThreadLocalRandom.current().nextLong(wait.toNanos() / 16 + 1));
    }

    static boolean isSet(RestRequest request, String name) {
        Optional<String> value = request.query(name);
        return value.isPresent() && !value.get().equals("false") && !value.get().equals("0");
    }
}
