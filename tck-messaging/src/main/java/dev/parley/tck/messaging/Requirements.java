package dev.parley.tck.messaging;

import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Confirm;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a broker must be able to do at least: a row of the kit's table. A broker that declares less fails the kit, so that to declare less is
 * no way around a test. Immutable.
 *
 * @param capabilities that it must have
 * @param confirm what a confirmed publication must mean at least
 * @param byMessage whether competing consumers share message by message, so that one that is stuck holds up no more than its prefetch;
 *     otherwise by key or by partition
 */
public record Requirements(Set<Capability> capabilities, Confirm confirm, boolean byMessage) {

    private static final Requirements MEMORY =
            new Requirements(EnumSet.complementOf(EnumSet.of(Capability.PUBLISH_DEDUP)), Confirm.MEMORY, true);
    private static final Requirements STORE = new Requirements(MEMORY.capabilities, Confirm.FSYNCED, true);
    private static final Requirements AMQP = new Requirements(
            EnumSet.of(Capability.ORDERED_BY_KEY, Capability.DELAY, Capability.NATIVE_RETRY_COUNT, Capability.PATTERNS),
            Confirm.FSYNCED,
            true);
    private static final Requirements KAFKA = new Requirements(
            EnumSet.of(Capability.ORDERED_BY_KEY, Capability.REPLAY, Capability.PATTERNS), Confirm.REPLICATED, false);
    private static final Requirements KAFKA_SHARE = new Requirements(
            EnumSet.of(Capability.NATIVE_RETRY_COUNT, Capability.REPLAY, Capability.LEASE_EXTEND, Capability.PATTERNS),
            Confirm.REPLICATED,
            true);

    private static final Map<String, Requirements> TABLE = Map.of(
            "memory", MEMORY,
            "sqlite", STORE,
            "postgresql", STORE,
            "parley", STORE,
            "amqp", AMQP,
            "amqps", AMQP,
            "kafka", KAFKA);

    /** Copies the capabilities. */
    public Requirements {
        capabilities = Set.copyOf(capabilities);
    }

    /**
     * The row of a URI's scheme; {@code kafka} has two, one for {@code share=true}.
     *
     * @throws IllegalArgumentException if the table has none: then {@link BrokerUnderTest#requirements} must say what is required
     */
    public static Requirements of(String uri) {
        BrokerUri parsed = BrokerUri.parse(uri);
        String scheme = parsed.scheme();
        if (scheme.equals("kafka") && parsed.parameter("share").orElse("").equals("true")) {
            return KAFKA_SHARE;
        }
        Requirements row = TABLE.get(scheme);
        if (row == null) {
            throw new IllegalArgumentException("the kit's table has no row for " + scheme
                    + ": override BrokerUnderTest.requirements(); known: " + TABLE.keySet());
        }
        return row;
    }

    /** Whether a capability is required. */
    public boolean requires(Capability capability) {
        return capabilities.contains(capability);
    }
}
