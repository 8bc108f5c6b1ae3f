package dev.parley.events;

import dev.parley.CallException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a relay does and has done.
 *
 * @param token of the lease, if this relay is the active one
 * @param sent messages that the broker has confirmed and that are marked so
 * @param failed publications that failed, of a batch or of a single message
 * @param setAside messages that the broker refuses for good
 * @param held keys and topics that wait for another try
 * @param problem what failed last, until something succeeds; empty if all is well
 */
public record RelaySnapshot(
        OptionalLong token, long sent, long failed, long setAside, int held, Optional<CallException> problem) {

    /** Whether this relay is the active one. */
    public boolean active() {
        return token.isPresent();
    }
}
