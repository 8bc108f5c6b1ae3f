package dev.parley;

import java.util.Objects;

/**
 * What is called, in gRPC's words: a method of a service, its kind, and whether it is safe to repeat.
 *
 * @param service full name of the service, such as {@code shop.order.v1.OrderService}; not empty
 * @param name the method within it, such as {@code CreateOrder}; not empty
 * @param kind which side streams
 * @param idempotency what the contract promises about repetition (protobuf's {@code idempotency_level})
 */
public record Method(String service, String name, Kind kind, Idempotency idempotency) {

    /** Which side of a call streams. */
    public enum Kind {
        /** One request, one response. */
        UNARY,
        /** One request, a stream of responses. */
        SERVER_STREAMING,
        /** A stream of requests, one response. */
        CLIENT_STREAMING,
        /** A stream each way, independent of each other. */
        BIDI_STREAMING;

        /** Whether the client may send any number of requests. */
        public boolean clientStreams() {
            return this == CLIENT_STREAMING || this == BIDI_STREAMING;
        }

        /** Whether the server may send any number of responses. */
        public boolean serverStreams() {
            return this == SERVER_STREAMING || this == BIDI_STREAMING;
        }
    }

    /** What the contract promises about calling a method twice, after protobuf's {@code IdempotencyLevel}. */
    public enum Idempotency {
        /** Nothing is promised: a repeat may act twice. */
        UNKNOWN,
        /** Reads only. */
        NO_SIDE_EFFECTS,
        /** Acts, but a repeat changes nothing more. */
        IDEMPOTENT
    }

    /** Checks that nothing is null and the names are not empty. */
    public Method {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(idempotency, "idempotency");
        if (service.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException(
                    "a method needs a service and a name, but got '" + service + "' and '" + name + "'");
        }
    }

    /** A unary method of which nothing is promised. */
    public static Method unary(String service, String name) {
        return new Method(service, name, Kind.UNARY, Idempotency.UNKNOWN);
    }

    /** {@code service/name}, the path of the method without its leading slash. */
    public String fullName() {
        return service + '/' + name;
    }

    /** Whether the contract says that a repeat does no harm. */
    public boolean isIdempotent() {
        return idempotency != Idempotency.UNKNOWN;
    }

    @Override
    public String toString() {
        return fullName();
    }
}
