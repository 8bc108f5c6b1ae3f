package dev.parley.messaging;

import dev.parley.Interceptor;
import dev.parley.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/**
 * How a broker is used, whichever it is.
 *
 * @param source of messages that have none, a URI reference that names this service, such as {@code order-service}
 * @param publishTimeout how long a publication waits for its confirmation, a broker that is away included, if the call that it is part of
 *     has no earlier deadline; 1 ms to 10 min
 * @param connectTimeout of a connection to a server; 1 ms to 1 min
 * @param publishInterceptors in front of each publication, outermost first; the request is the {@code Message}
 * @param clock for expiry, retries and ages, where the broker has no clock of its own
 * @param timer for waits
 */
public record BrokerOptions(
        String source,
        Duration publishTimeout,
        Duration connectTimeout,
        List<Interceptor> publishInterceptors,
        InstantSource clock,
        Timer timer) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public BrokerOptions {
        Names.checkText("source", source, 255);
        checkMillis("publishTimeout", publishTimeout, Duration.ofMinutes(10));
        checkMillis("connectTimeout", connectTimeout, Duration.ofMinutes(1));
        publishInterceptors = List.copyOf(publishInterceptors);
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(timer, "timer");
    }

    /** Source {@code parley}, 15 s for a publication, 3 s for a connection, the system's clock and timer. */
    public static BrokerOptions defaults() {
        return new BrokerOptions(
                "parley",
                Duration.ofSeconds(15),
                Duration.ofSeconds(3),
                List.of(),
                InstantSource.system(),
                Timer.system());
    }

    /** This with another source. */
    public BrokerOptions withSource(String newSource) {
        return new BrokerOptions(newSource, publishTimeout, connectTimeout, publishInterceptors, clock, timer);
    }

    /** This with another timeout of publications. */
    public BrokerOptions withPublishTimeout(Duration timeout) {
        return new BrokerOptions(source, timeout, connectTimeout, publishInterceptors, clock, timer);
    }

    /** This with another timeout of connections. */
    public BrokerOptions withConnectTimeout(Duration timeout) {
        return new BrokerOptions(source, publishTimeout, timeout, publishInterceptors, clock, timer);
    }

    /** This with interceptors of publications, in place of those before. */
    public BrokerOptions withPublishInterceptors(List<Interceptor> interceptors) {
        return new BrokerOptions(source, publishTimeout, connectTimeout, interceptors, clock, timer);
    }

    /** This with another clock and timer, for tests. */
    public BrokerOptions withClock(InstantSource newClock, Timer newTimer) {
        return new BrokerOptions(source, publishTimeout, connectTimeout, publishInterceptors, newClock, newTimer);
    }

    private static void checkMillis(String name, Duration value, Duration max) {
        if (value.toMillis() < 1 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "%s of a broker must be 1 ms to %s, but is %s".formatted(name, max, value));
        }
    }
}
