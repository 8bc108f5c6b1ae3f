package dev.parley.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the request's messages of its body and the {@linkplain RestFields fields} beside it. */
final class RestBody {

    static final String JSON = "application/json";
    static final String NDJSON = "application/x-ndjson";

    private static final byte[] NOTHING = {};

    private final RestBinding binding;
    private final RestFields fields;
    private final Call call;
    private final HttpRequest request;
    private final JsonCodec json;
    private final Message prototype;
    private final int limit;
    private final String contentType;
    // What is left of a chunk that came in parts.
    private byte[] waiting = NOTHING;

    RestBody(RestBinding binding, RestFields fields, Call call, HttpRequest request, JsonCodec json) {
        this.binding = binding;
        this.fields = fields;
        this.call = call;
        this.request = request;
        this.json = json;
        this.prototype = binding.route().method().requestPrototype();
        this.limit = binding.route().maxMessageBytes();
        this.contentType = request.headers().get("content-type").orElse("");
    }

    /** The one message of the request. */
    Message one() {
        if (!binding.hasBody()) {
            Message message = message(null, "");
            MessageEvents.receivedOnly(call, Side.REQUEST, message, 0, 0);
            return message;
        }
        Compression compression = compression();
        byte[] bytes = BodyBytes.read(request.body(), limit, 0, Side.REQUEST);
        int received = bytes.length;
        if (bytes.length > 0) {
            if (!binding.takesHttpBody()) {
                checkType(List.of(JSON));
            }
            if (compression != Compression.IDENTITY) {
                bytes = compression.inflate(bytes, 0, bytes.length, limit, Side.REQUEST);
            }
        }
        // Without a body all is as it is by default; a body of any type may be empty, too.
        Message message = message(bytes.length == 0 && !binding.takesHttpBody() ? null : bytes, "request");
        MessageEvents.receivedOnly(call, Side.REQUEST, message, bytes.length, received);
        return message;
    }

    /** The messages of a stream, each with the fields of path and query. */
    Messages<Message> many(boolean wholeFirst) {
        if (!binding.hasBody()) {
            Message only = message(null, "");
            MessageEvents.receivedOnly(call, Side.REQUEST, only, 0, 0);
            return Messages.of(only);
        }
        Messages<byte[]> chunks = InflatedChunks.of(received(wholeFirst), compression());
        if (binding.takesHttpBody()) {
            return Messages.pull(new Source(chunks) {
                @Override
                public @Nullable Message receive() {
                    byte[] piece = piece(chunks);
                    return piece == null ? null : streamed(piece, "chunk");
                }
            });
        }
        JsonValues values = new JsonValues(chunks, limit, layout());
        return Messages.pull(new Source(chunks) {
            @Override
            public @Nullable Message receive() {
                byte[] value = values.next();
                return value == null ? null : streamed(value, values.place() + " of the request");
            }
        });
    }

    private Message streamed(byte[] value, String what) {
        Message message = message(value, what);
        MessageEvents.received(call, message, value.length, value.length);
        return message;
    }

    private Messages<byte[]> received(boolean wholeFirst) {
        if (wholeFirst) {
            byte[] all = request.body().readAll(); // within HTTP's limit of a body
            return all.length == 0 ? Messages.of() : Messages.of(all);
        }
        Body body = request.body();
        return body.limit(Long.MAX_VALUE).chunks();
    }

    /** Messages of a body that is received; leaving them cancels it. */
    private abstract static class Source implements Messages.Source<Message> {
        private final Messages<byte[]> received;

        Source(Messages<byte[]> received) {
            this.received = received;
        }

        @Override
        public void cancel(CallException reason) {
            received.close();
        }
    }

    /** The next chunk; one over the limit of a message comes in parts. */
    private byte @Nullable [] piece(Messages<byte[]> chunks) {
        byte[] from = waiting;
        while (from.length == 0) {
            byte[] next = chunks.receive();
            if (next == null) {
                return null;
            }
            from = next;
        }
        int length = Math.min(limit, from.length);
        waiting = length == from.length ? NOTHING : Arrays.copyOfRange(from, length, from.length);
        return length == from.length ? from : Arrays.copyOf(from, length);
    }

    private JsonValues.Layout layout() {
        checkType(List.of(NDJSON, JSON));
        return isLines(Objects.requireNonNull(ProtocolTable.bare(contentType)))
                ? JsonValues.Layout.LINES
                : JsonValues.Layout.ARRAY_OR_SEQUENCE;
    }

    private static boolean isLines(String type) {
        return switch (type) {
            case NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonlines" -> true;
            default -> false;
        };
    }

    private Message message(byte @Nullable [] body, String what) {
        Message.Builder message = prototype.newBuilderForType();
        if (body != null) {
            read(body, message, what);
        }
        fields.putInto(message);
        return message.build();
    }

    private void read(byte[] bytes, Message.Builder message, String what) {
        FieldDescriptor field = binding.body();
        if (binding.takesHttpBody()) {
            HttpBodies.set(field == null ? message : message.getFieldBuilder(field), contentType, bytes);
            return;
        }
        try {
            String text = JsonCodec.text(bytes, 0, bytes.length);
            if (field == null) {
                json.merge(text, message);
            } else {
                json.mergeField(field, text, message);
            }
        } catch (InvalidProtocolBufferException e) {
            throw malformed(what, field, e);
        }
    }

    private CallException malformed(String what, @Nullable FieldDescriptor field, InvalidProtocolBufferException e) {
        String type = prototype.getDescriptorForType().getFullName();
        return new CallException(
                Code.INVALID_ARGUMENT,
                (what.equals("request") ? "the request" : what) + " is not a " + type + " in JSON"
                        + (field == null ? "" : " for its field " + field.getName()) + ": "
                        + Objects.requireNonNullElse(e.getMessage(), "malformed"),
                e);
    }

    private void checkType(List<String> types) {
        String type = ProtocolTable.bare(contentType);
        boolean lines = type != null && isLines(type) && types.contains(NDJSON);
        if (type != null && (lines || type.equals(JSON) || type.endsWith("+json"))) {
            return;
        }
        String expected = String.join(", ", types);
        HttpException error = new HttpException(
                415,
                Code.INVALID_ARGUMENT,
                "the body must be " + expected + " in UTF-8, but "
                        + (contentType.isEmpty()
                                ? "has no content-type"
                                : "is \"" + FieldPath.abbreviated(contentType) + '"'));
        // As REST's routes do: RFC 9110, 15.5.16, and for POST and PATCH the headers of their own.
        error.metadata().put("accept", expected);
        switch (request.method()) {
            case "POST" -> error.metadata().put("accept-post", expected);
            case "PATCH" -> error.metadata().put("accept-patch", expected);
            default -> {}
        }
        throw error;
    }

    private Compression compression() {
        String encoding = request.headers().get("content-encoding").orElse("");
        return Compression.ofName(encoding.equalsIgnoreCase("x-gzip") ? "gzip" : encoding)
                .orElseThrow(() -> {
                    HttpException error = new HttpException(
                            415,
                            Code.INVALID_ARGUMENT,
                            "content-encoding \"" + FieldPath.abbreviated(encoding) + "\" is not read; "
                                    + Compression.accepted() + " are");
                    error.metadata().put("accept-encoding", Compression.accepted());
                    return error;
                });
    }
}
