package dev.parley.discovery;

import dev.parley.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * How a registry is asked. Immutable.
 *
 * @param maxWait how long one question for a change waits; it is the longest that a watch which has died silently goes
 *     unnoticed, but for {@link #answerTimeout}; 30 s
 * @param answerTimeout how long the answer to a question may take beyond that; 10 s
 * @param minBackoff the first wait after a failure, doubled with each further one, jittered; 100 ms
 * @param maxBackoff the longest; 10 s
 * @param keepEmpty for how long a service that suddenly has no instance keeps the last ones, which are {@linkplain
 *     ServiceSnapshot#stale stale} then; 5 min, zero for not at all. An answer that fails is no such answer: the last good
 *     one is kept until there is another
 * @param environment where adapters look for what no URI holds, such as {@code CONSUL_HTTP_TOKEN}; the process's
 * @param timer what all waits are measured by; the system's
 */
public record RegistryOptions(
        Duration maxWait,
        Duration answerTimeout,
        Duration minBackoff,
        Duration maxBackoff,
        Duration keepEmpty,
        Map<String, String> environment,
        Timer timer) {

    /** Checks the ranges and copies. */
    public RegistryOptions {
        Settings.between("maxWait", maxWait, Duration.ofMillis(10), Duration.ofMinutes(10));
        Settings.between("answerTimeout", answerTimeout, Duration.ofMillis(10), Duration.ofMinutes(10));
        Settings.between("minBackoff", minBackoff, Duration.ofMillis(1), Duration.ofMinutes(10));
        Settings.between("maxBackoff", maxBackoff, minBackoff, Duration.ofMinutes(10));
        Settings.between("keepEmpty", keepEmpty, Duration.ZERO, Duration.ofDays(1));
        environment = Map.copyOf(environment);
        Objects.requireNonNull(timer, "timer");
    }

    /** The values named above. */
    public static RegistryOptions defaults() {
        return new RegistryOptions(
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                System.getenv(),
                Timer.system());
    }

    /** With another longest wait for a change. */
    public RegistryOptions withMaxWait(Duration other) {
        return new RegistryOptions(other, answerTimeout, minBackoff, maxBackoff, keepEmpty, environment, timer);
    }

    /** With another time for an answer. */
    public RegistryOptions withAnswerTimeout(Duration other) {
        return new RegistryOptions(maxWait, other, minBackoff, maxBackoff, keepEmpty, environment, timer);
    }

    /** With other waits after failures. */
    public RegistryOptions withBackoff(Duration least, Duration most) {
        return new RegistryOptions(maxWait, answerTimeout, least, most, keepEmpty, environment, timer);
    }

    /** Keeps instances that have all vanished at once for this long. */
    public RegistryOptions withKeepEmpty(Duration other) {
        return new RegistryOptions(maxWait, answerTimeout, minBackoff, maxBackoff, other, environment, timer);
    }

    /** With another environment. */
    public RegistryOptions withEnvironment(Map<String, String> other) {
        return new RegistryOptions(maxWait, answerTimeout, minBackoff, maxBackoff, keepEmpty, other, timer);
    }

    /** With another clock. */
    public RegistryOptions withTimer(Timer other) {
        return new RegistryOptions(maxWait, answerTimeout, minBackoff, maxBackoff, keepEmpty, environment, other);
    }
}
