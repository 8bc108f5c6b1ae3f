package dev.parley.discovery.consul;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Consul's agent, asked by blocking queries. Of those {@value #MOST_BLOCKING} run at a time, as an agent takes 200 connections
 * from one address; services beyond that are asked about every second.
 */
final class ConsulBackend implements RegistryBackend {

    static final int MOST_BLOCKING = 128;

    private static final Duration POLL = Duration.ofSeconds(1);

    /** Waits at or below it are not worth blocking for; and to Consul, 0 means 5 minutes. */
    private static final Duration LEAST_WAIT = Duration.ofMillis(1);

    /** The revision of an answer behind which the next question starts anew. */
    private static final String ANEW = "0";

    private final ConsulSettings settings;
    private final ConsulHttp http;
    private final RegistryOptions options;
    private final Semaphore blocking = new Semaphore(MOST_BLOCKING);

    ConsulBackend(ConsulSettings settings, ConsulHttp http, RegistryOptions options) {
        this.settings = settings;
        this.http = http;
        this.options = options;
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return EnumSet.allOf(RegistryCapability.class);
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws Exception {
        boolean blocks = !since.isEmpty() && !since.equals(ANEW) && wait.compareTo(LEAST_WAIT) > 0;
        if (!blocks) {
            return ask(service, "", "", Duration.ZERO, Optional.empty());
        }
        if (!blocking.tryAcquire()) {
            Duration pause = POLL.plusMillis(ThreadLocalRandom.current().nextLong(POLL.toMillis()));
            return ask(service, "", since, Duration.ZERO, Optional.of(pause));
        }
        try {
            // Consul adds up to a 16th of it by chance.
            long millis = Math.max(1, wait.toMillis() * 16 / 17);
            return ask(service, "index=" + since + "&wait=" + millis + "ms", since, wait, Optional.empty());
        } finally {
            blocking.release();
        }
    }

    private String target(String service, String more) {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        if (settings.passing()) {
            query.add("passing=true");
        }
        if (!settings.dc().isEmpty()) {
            query.add("dc=" + ConsulHttp.encoded(settings.dc()));
        }
        settings.tags().forEach(tag -> query.add("tag=" + ConsulHttp.encoded(tag)));
        if (!settings.near().isEmpty()) {
            query.add("near=" + ConsulHttp.encoded(settings.near()));
        }
        if (!more.isEmpty()) {
            query.add(more);
        }
        return path(service) + query;
    }

    private static String path(String service) {
        return "/v1/health/service/" + ConsulHttp.encoded(service);
    }

    private Answer ask(String service, String more, String since, Duration wait, Optional<Duration> refreshAfter)
            throws Exception {
        ConsulHttp.Reply reply =
                http.send("GET", target(service, more), new byte[0], wait.plus(options.answerTimeout()));
        if (!reply.isFound()) {
            throw new CallException(
                    Code.UNIMPLEMENTED, settings + " does not know " + path(service) + ": is it Consul's HTTP API?");
        }
        return new Answer(
                ConsulEntries.read(service, reply.body(), settings.toString()),
                revision(reply.headers().get("x-consul-index").orElse(""), since),
                refreshAfter);
    }

    /**
     * By Consul's rules for an index: one that goes backwards, as after a restore, is given up, and it is 1 at least. What is read
     * anew has come without an index, so that it does not wait.
     */
    private String revision(String index, String since) {
        long now;
        try {
            now = Long.parseUnsignedLong(index.strip());
        } catch (NumberFormatException e) {
            throw new CallException(
                    Code.INTERNAL,
                    settings + " must answer with a number in X-Consul-Index, but it is \""
                            + index.substring(0, Math.min(40, index.length())) + '"');
        }
        if (now == 0) {
            now = 1;
        }
        boolean backwards =
                !since.isEmpty() && !since.equals(ANEW) && Long.compareUnsigned(now, Long.parseUnsignedLong(since)) < 0;
        return backwards ? ANEW : Long.toUnsignedString(now);
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions how) throws Exception {
        ConsulRegistration registration = new ConsulRegistration(instance, how, settings, http, options);
        registration.register();
        return registration;
    }

    @Override
    public void close() {
        http.close();
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
