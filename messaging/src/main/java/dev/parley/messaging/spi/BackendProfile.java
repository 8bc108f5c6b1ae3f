package dev.parley.messaging.spi;

import dev.parley.messaging.Capability;
import dev.parley.messaging.Confirm;
import java.util.Objects;
import java.util.Set;

/**
 * What a broker is and can do.
 *
 * @param system its name in OpenTelemetry's {@code messaging.system}: {@code rabbitmq}, {@code kafka}, or a name of its own
 * @param capabilities what it can do
 * @param confirm what a confirmed publication means
 * @param maxMessageBytes of a message, by {@link Outgoing#bytes}; at least 1 KiB
 */
public record BackendProfile(String system, Set<Capability> capabilities, Confirm confirm, int maxMessageBytes) {

    /** 4 MiB, where the broker itself has no smaller limit. */
    public static final int DEFAULT_MAX_BYTES = 4 << 20;

    /** Checks and copies. */
    public BackendProfile {
        Objects.requireNonNull(confirm, "confirm");
        capabilities = Set.copyOf(capabilities);
        if (system.isEmpty() || maxMessageBytes < 1024) {
            throw new IllegalArgumentException(
                    "a profile needs a system and at least 1024 bytes a message, but has \"%s\" and %d"
                            .formatted(system, maxMessageBytes));
        }
    }
}
