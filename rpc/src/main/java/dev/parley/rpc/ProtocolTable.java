package dev.parley.rpc;

import com.google.protobuf.TypeRegistry;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which protocol and codec a content type means: the one list of what is spoken. */
final class ProtocolTable {

    /** For {@code Accept-Post}. */
    static final String UNARY_TYPES =
            "application/grpc, application/grpc+proto, application/grpc+json, application/proto, application/json";

    static final String STREAM_TYPES = "application/grpc, application/grpc+proto, application/grpc+json, "
            + "application/connect+proto, application/connect+json";

    private final Protocol grpc = new GrpcProtocol(ProtoCodec.INSTANCE, "application/grpc");
    private final Protocol grpcProto = new GrpcProtocol(ProtoCodec.INSTANCE, "application/grpc+proto");
    private final Protocol grpcJson;
    private final Protocol connectProto = new ConnectUnaryProtocol(ProtoCodec.INSTANCE);
    private final Protocol connectJson;
    private final Protocol connectStreamProto = new ConnectStreamProtocol(ProtoCodec.INSTANCE);
    private final Protocol connectStreamJson;

    ProtocolTable(TypeRegistry types) {
        JsonCodec json = JsonCodec.connect(types);
        grpcJson = new GrpcProtocol(json, "application/grpc+json");
        connectJson = new ConnectUnaryProtocol(json);
        connectStreamJson = new ConnectStreamProtocol(json);
    }

    /** The protocol of a request, null if none is spoken by that name. */
    @Nullable
    Protocol of(String contentType) {
        Protocol known = exactly(contentType);
        if (known != null || contentType.isEmpty()) {
            return known;
        }
        String bare = bare(contentType);
        return bare == null ? null : exactly(bare);
    }

    /** The protocol of a Connect {@code GET}, whose codec stands in the query. */
    @Nullable
    Protocol ofGet(String encoding) {
        return switch (encoding) {
            case "proto" -> connectProto;
            case "json" -> connectJson;
            default -> null;
        };
    }

    static boolean isGrpc(String contentType) {
        return contentType.startsWith(GrpcProtocol.CONTENT_TYPE);
    }

    Protocol grpc() {
        return grpc;
    }

    private @Nullable Protocol exactly(String contentType) {
        return switch (contentType) {
            case "application/grpc" -> grpc;
            case "application/grpc+proto" -> grpcProto;
            case "application/grpc+json" -> grpcJson;
            case "application/proto" -> connectProto;
            case "application/json" -> connectJson;
            case "application/connect+proto" -> connectStreamProto;
            case "application/connect+json" -> connectStreamJson;
            default -> null;
        };
    }

    /** The type without parameters, in lower case; null if its charset is one that JSON cannot have. */
    static @Nullable String bare(String contentType) {
        int semicolon = contentType.indexOf(';');
        String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        if (semicolon >= 0) {
            String parameters = contentType.substring(semicolon).toLowerCase(Locale.ROOT);
            int charset = parameters.indexOf("charset=");
            if (charset >= 0 && !parameters.substring(charset).matches("charset=\"?(utf-8|us-ascii)\"?\\s*(;.*)?")) {
                return null;
            }
        }
        return type.trim().toLowerCase(Locale.ROOT);
    }
}
