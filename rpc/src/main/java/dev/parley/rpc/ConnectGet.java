package dev.parley.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * The query of a unary call by {@code GET}, which caches understand.
 *
 * @see <a href="https://connectrpc.com/docs/protocol#unary-get-request">the specification</a>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ConnectGet(String encoding, byte[] message, String compression) {

    static ConnectGet parse(String query, boolean requireVersion) {
        Map<String, String> parameters = new HashMap<>();
        for (QueryParameter parameter : QueryParameter.parse(query)) {
            parameters.putIfAbsent(parameter.name(), parameter.value());
        }
        String version = parameters.get("connect");
        if (version == null ? requireVersion : !version.equals("v1")) {
            throw invalid("the query's parameter connect must be v1, but is "
                    + (version == null ? "missing" : '"' + version + '"'));
        }
        String message = parameters.get("message");
        if (message == null) {
            throw invalid("the query has no message");
        }
        byte[] bytes;
        if ("1".equals(parameters.get("base64"))) {
            try {
                // A plus sign of base64's other alphabet has become a space.
                bytes = Base64.getUrlDecoder()
                        .decode(message.replace('+', '-').replace(' ', '-').replace('/', '_'));
            } catch (IllegalArgumentException e) {
                throw invalid("the query's message is not base64");
            }
        } else {
            bytes = message.getBytes(StandardCharsets.UTF_8);
        }
        return new ConnectGet(encoding(parameters), bytes, parameters.getOrDefault("compression", ""));
    }

    /**
     * The query of {@code message}, its parameters in the order that caches expect. Proto is deterministic; JSON as far as the
     * codec is.
     */
    static Query query(MessageCodec codec, Message message, Packing packing) {
        byte[] plain = deterministic(codec, message);
        byte[] bytes = packing.applies(plain.length) ? packing.compression().deflate(plain, 0, plain.length, 0) : plain;
        boolean packed = packing.applies(plain.length) && bytes.length < plain.length;
        boolean binary = packed || codec.codec() == Codec.PROTO;
        StringBuilder query = new StringBuilder("connect=v1");
        if (binary) {
            query.append("&base64=1");
        }
        if (packed) {
            query.append("&compression=").append(packing.compression().wireName());
        }
        query.append("&encoding=").append(codec.codec().suffix()).append("&message=");
        query.append(
                binary
                        ? Base64.getUrlEncoder().withoutPadding().encodeToString(packed ? bytes : plain)
                        : URLEncoder.encode(new String(plain, StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                                .replace("+", "%20"));
        return new Query(query.toString(), plain.length, packed ? bytes.length : plain.length);
    }

    /** The query and the sizes of the message in it, before base64 and percent-encoding. */
    record Query(String text, int encodedBytes, int compressedBytes) {}

    private static byte[] deterministic(MessageCodec codec, Message message) {
        if (codec.codec() != Codec.PROTO) {
            return codec.encode(message, 0);
        }
        byte[] bytes = new byte[message.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new AssertionError("writing to an array failed", e);
        }
        return bytes;
    }

    private static String encoding(Map<String, String> parameters) {
        String encoding = parameters.get("encoding");
        if (encoding == null) {
            throw invalid("the query has no encoding");
        }
        return encoding;
    }

    private static CallException invalid(String what) {
        return new CallException(Code.INVALID_ARGUMENT, what);
    }
}
