package dev.parley.rpc;

import dev.parley.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A content type of gRPC-Web.
 *
 * @param text whether the bytes are base64, for clients that can read text only
 * @param suffix the codec as it was named, with its plus sign; empty if it was not, which means proto
 */
record GrpcWebType(boolean text, String suffix) {

    static final String BINARY = "application/grpc-web";
    static final String TEXT = "application/grpc-web-text";

    private static final int MOST_ACCEPTED = 16;

    /** What {@code contentType}, without parameters and in lower case, says; null if it is another type or codec. */
    static @Nullable GrpcWebType parse(String contentType) {
        if (!contentType.startsWith(BINARY)) {
            return null;
        }
        return switch (contentType) {
            case BINARY -> new GrpcWebType(false, "");
            case BINARY + "+proto" -> new GrpcWebType(false, "+proto");
            case BINARY + "+json" -> new GrpcWebType(false, "+json");
            case TEXT, TEXT + "-base64" -> new GrpcWebType(true, "");
            case TEXT + "+proto" -> new GrpcWebType(true, "+proto");
            case TEXT + "+json" -> new GrpcWebType(true, "+json");
            default -> null;
        };
    }

    Codec codec() {
        return suffix.equals("+json") ? Codec.JSON : Codec.PROTO;
    }

    /**
     * The type of the answer: text or binary as the first of gRPC-Web's types in {@code Accept} says, otherwise as the
     * request; in the request's codec.
     */
    GrpcWebType answering(Metadata request) {
        int looked = 0;
        for (String header : request.getAll("accept")) {
            for (String entry : header.split(",", MOST_ACCEPTED)) {
                String bare = ProtocolTable.bare(entry);
                GrpcWebType accepted = bare == null || ++looked > MOST_ACCEPTED ? null : parse(bare);
                if (accepted != null) {
                    return new GrpcWebType(accepted.text, suffix);
                }
            }
        }
        return this;
    }

    @Override
    public String toString() {
        return (text ? TEXT : BINARY) + suffix;
    }
}
