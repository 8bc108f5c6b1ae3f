package dev.parley.rpc;

import com.google.protobuf.TypeRegistry;
import dev.parley.Metadata;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which protocol and codec a content type means: the one list of what is spoken. */
final class ProtocolTable {

    private static final String ENVELOPED = "application/grpc, application/grpc+proto, application/grpc+json, "
            + "application/grpc-web, application/grpc-web+proto, application/grpc-web+json, "
            + "application/grpc-web-text, application/grpc-web-text+proto, application/grpc-web-text+json, ";

    /** For {@code Accept-Post}. */
    static final String UNARY_TYPES = ENVELOPED + "application/proto, application/json";

    static final String STREAM_TYPES = ENVELOPED + "application/connect+proto, application/connect+json";

    private final ProtocolOptions options;
    private final JsonCodec json;
    private final Protocol grpc;
    private final Protocol grpcProto;
    private final Protocol grpcJson;
    private final Protocol connectProto;
    private final Protocol connectJson;
    private final Protocol connectStreamProto;
    private final Protocol connectStreamJson;

    ProtocolTable(TypeRegistry types, ProtocolOptions options) {
        this.options = options;
        json = JsonCodec.connect(types);
        grpc = new GrpcProtocol(ProtoCodec.INSTANCE, "application/grpc", options);
        grpcProto = new GrpcProtocol(ProtoCodec.INSTANCE, "application/grpc+proto", options);
        grpcJson = new GrpcProtocol(json, "application/grpc+json", options);
        connectProto = new ConnectUnaryProtocol(ProtoCodec.INSTANCE, options);
        connectJson = new ConnectUnaryProtocol(json, options);
        connectStreamProto = new ConnectStreamProtocol(ProtoCodec.INSTANCE, options);
        connectStreamJson = new ConnectStreamProtocol(json, options);
    }

    /** The protocol of a request, null if none is spoken by that name. {@code headers}: where gRPC-Web says what it accepts. */
    @Nullable
    Protocol of(String contentType, Metadata headers) {
        Protocol known = exactly(contentType, headers);
        if (known != null || contentType.isEmpty()) {
            return known;
        }
        String bare = bare(contentType);
        return bare == null ? null : exactly(bare, headers);
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
        return isOf(GrpcProtocol.CONTENT_TYPE, contentType);
    }

    static boolean isGrpcWeb(String contentType) {
        return isOf(GrpcWebType.BINARY, contentType) || isOf(GrpcWebType.TEXT, contentType);
    }

    /** Whether {@code contentType} is {@code family} with any codec. */
    private static boolean isOf(String family, String contentType) {
        if (!contentType.regionMatches(true, 0, family, 0, family.length())) {
            return false;
        }
        char next = contentType.length() == family.length() ? ';' : contentType.charAt(family.length());
        return next == ';' || next == '+' || next == ' ';
    }

    private @Nullable Protocol exactly(String contentType, Metadata headers) {
        return switch (contentType) {
            case "application/grpc" -> grpc;
            case "application/grpc+proto" -> grpcProto;
            case "application/grpc+json" -> grpcJson;
            case "application/proto" -> connectProto;
            case "application/json" -> connectJson;
            case "application/connect+proto" -> connectStreamProto;
            case "application/connect+json" -> connectStreamJson;
            default -> {
                GrpcWebType type = GrpcWebType.parse(contentType);
                yield type == null
                        ? null
                        : new GrpcWebProtocol(
                                type.codec() == Codec.JSON ? json : ProtoCodec.INSTANCE,
                                type,
                                type.answering(headers),
                                options);
            }
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
