package dev.parley.telemetry;

import dev.parley.Peer;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanBuilder;

/** What is told of the other side. */
final class Peers {

    private Peers() {}

    /** Where a server's caller sits: what the transport has seen, not what anyone has claimed. */
    static void network(SpanBuilder span, Peer peer) {
        if (peer.equals(Peer.UNKNOWN)) {
            return;
        }
        endpoint(span, peer.address());
    }

    /** The very server of several that one name stands for. */
    static void endpoint(SpanBuilder span, String authority) {
        HostPort at = HostPort.parse(authority);
        span.setAttribute(Conventions.PEER_ADDRESS, at.host());
        if (at.port() >= 0) {
            span.setAttribute(Conventions.PEER_PORT, (long) at.port());
        }
    }

    /** Which server a client calls, by the name it was told. */
    static void server(AttributesBuilder attributes, String authority) {
        HostPort at = HostPort.parse(authority);
        attributes.put(Conventions.SERVER_ADDRESS, at.host());
        if (at.port() >= 0) {
            attributes.put(Conventions.SERVER_PORT, (long) at.port());
        }
    }
}
