package dev.parley.telemetry;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * What is recorded of calls. Immutable.
 *
 * @param recordMessages what spans tell of single messages; {@link RecordMessages#OFF}
 * @param contentLimit the most bytes (UTF-8) of one message that {@link RecordMessages#CONTENT} records, from 1 to {@value
 *     #MOST_CONTENT}; 1,024
 * @param edge whether callers are strangers, as at the edge of a system: a server's spans then begin traces of their own,
 *     sampled by their own rules, with a link to what the caller sent, whose baggage is dropped; false
 * @param peer what is told of the other side; all
 * @param recordDecisions whether a client's span tells as events what was decided on the call's way: which endpoint was taken and why,
 *     what was tried again and what was not ({@link dev.parley.Explanation}); false, and always so for a call whose explanation was asked
 *     for
 */
public record TelemetryOptions(
        RecordMessages recordMessages,
        int contentLimit,
        boolean edge,
        Set<PeerAttribute> peer,
        boolean recordDecisions) {

    static final int MOST_CONTENT = 65_536;

    private static final TelemetryOptions DEFAULTS =
            new TelemetryOptions(RecordMessages.OFF, 1024, false, EnumSet.allOf(PeerAttribute.class), false);

    /** @throws IllegalArgumentException if {@code contentLimit} is out of range */
    public TelemetryOptions {
        Objects.requireNonNull(recordMessages, "recordMessages");
        if (contentLimit < 1 || contentLimit > MOST_CONTENT) {
            throw new IllegalArgumentException(
                    "contentLimit must be from 1 to " + MOST_CONTENT + " bytes, but is " + contentLimit);
        }
        peer = Set.copyOf(peer);
    }

    /** As said at each component. */
    public static TelemetryOptions defaults() {
        return DEFAULTS;
    }

    /** Other events of messages. */
    public TelemetryOptions withRecordMessages(RecordMessages what) {
        return new TelemetryOptions(what, contentLimit, edge, peer, recordDecisions);
    }

    /** Another limit of a message's content. */
    public TelemetryOptions withContentLimit(int bytes) {
        return new TelemetryOptions(recordMessages, bytes, edge, peer, recordDecisions);
    }

    /** Whether callers are strangers. */
    public TelemetryOptions withEdge(boolean atEdge) {
        return new TelemetryOptions(recordMessages, contentLimit, atEdge, peer, recordDecisions);
    }

    /** Other attributes of the other side. */
    public TelemetryOptions withPeer(Set<PeerAttribute> attributes) {
        return new TelemetryOptions(recordMessages, contentLimit, edge, attributes, recordDecisions);
    }

    /** Whether spans tell of decisions. */
    public TelemetryOptions withRecordDecisions(boolean told) {
        return new TelemetryOptions(recordMessages, contentLimit, edge, peer, told);
    }
}
