package dev.parley.messaging.spi;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import java.util.Set;

/**
 * Opens brokers of some URI schemes. Found by {@link java.util.ServiceLoader}, so that a module on the class path is all that a URI needs.
 * Implementations are thread-safe and have a public constructor without parameters.
 */
public interface BrokerProvider {

    /** The schemes that it opens, such as {@code amqp}; lower case. */
    Set<String> schemes();

    /**
     * Opens the broker at {@code uri}. Does not wait for a server: one that is down is found out by the first use. Files of an embedded one
     * are opened at once.
     *
     * @throws IllegalArgumentException if the URI has a part or an option that is unknown here or malformed; the message names it, its value
     *     (unless it is a secret) and what was expected
     * @throws dev.parley.CallException if an embedded one's files cannot be used
     */
    BrokerBackend open(BrokerUri uri, BrokerOptions options);
}
