package dev.parley.rpc;

/** How messages are written on the wire. */
public enum Codec {
    /** Protobuf's binary format: small and fast; the default. */
    PROTO("proto"),
    /** Protobuf's JSON mapping: readable, for debugging and for peers without protobuf. */
    JSON("json");

    private final String suffix;

    Codec(String suffix) {
        this.suffix = suffix;
    }

    /** The word behind the plus sign of a content type. */
    String suffix() {
        return suffix;
    }
}
