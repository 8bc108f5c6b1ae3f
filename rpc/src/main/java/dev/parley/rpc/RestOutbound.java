package dev.parley.rpc;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import dev.parley.http.ServiceAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * REST on a client: the end of the chain in place of {@link Outbound}, because the request's method, path and query
 * depend on its message. Unary methods that have {@code google.api.http}, by its first binding.
 */
final class RestOutbound<Q, R> implements Handler<Q, R> {

    private static final String JSON = "application/json";
    private static final String HTTP_BODY = "google.api.HttpBody";

    private final RpcMethod<Q, R> method;
    private final ClientSettings settings;
    private final Handler<HttpRequest, HttpResponse> transport;
    private final JsonCodec json;
    private final String httpMethod;
    private final RestTarget target;
    private final boolean wholeBody;
    private final @Nullable FieldDescriptor body;
    private final @Nullable FieldDescriptor responseBody;

    /** @throws CallException UNIMPLEMENTED if the contract has no REST for the method; INTERNAL if what it has is wrong */
    RestOutbound(
            RpcMethod<Q, R> method,
            ClientSettings settings,
            Handler<HttpRequest, HttpResponse> transport,
            JsonCodec json) {
        this.method = method;
        this.settings = settings;
        this.transport = transport;
        this.json = json;
        if (method.kind() != dev.parley.Method.Kind.UNARY) {
            throw new CallException(Code.UNIMPLEMENTED, method + " streams, which REST does not carry");
        }
        if (!method.descriptor().getOptions().hasExtension(AnnotationsProto.http)) {
            throw new CallException(
                    Code.UNIMPLEMENTED, method + " has no REST: its contract says no google.api.http for it");
        }
        HttpRule rule = method.descriptor().getOptions().getExtension(AnnotationsProto.http);
        try {
            this.httpMethod = httpMethod(rule);
            this.target = new RestTarget(path(rule), method.requestPrototype());
            this.wholeBody = rule.getBody().equals("*");
            this.body = wholeBody ? null : field(method.descriptor().getInputType(), rule.getBody());
            this.responseBody = field(method.descriptor().getOutputType(), rule.getResponseBody());
        } catch (IllegalArgumentException e) {
            throw new CallException(Code.INTERNAL, "google.api.http of " + method + ": " + e.getMessage(), e);
        }
    }

    private static String httpMethod(HttpRule rule) {
        return rule.getPatternCase() == HttpRule.PatternCase.CUSTOM
                ? rule.getCustom().getKind()
                : rule.getPatternCase().name();
    }

    private static String path(HttpRule rule) {
        return switch (rule.getPatternCase()) {
            case GET -> rule.getGet();
            case PUT -> rule.getPut();
            case POST -> rule.getPost();
            case DELETE -> rule.getDelete();
            case PATCH -> rule.getPatch();
            case CUSTOM -> rule.getCustom().getPath();
            case PATTERN_NOT_SET -> throw new IllegalArgumentException("it has no path");
        };
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        return name.isEmpty()
                ? null
                : FieldPath.find(type, name)
                        .orElseThrow(() ->
                                new IllegalArgumentException('"' + name + "\" is no field of " + type.getFullName()));
    }

    @Override
    @SuppressWarnings("unchecked") // the prototype is that of R
    public R handle(Call call, Q request) throws Exception {
        HttpResponse response = transport.handle(call, request(call, (Message) request));
        boolean read = false;
        try {
            ReservedHeaders.copy(response.headers(), call.responseHeaders());
            if (response.status() < 200 || response.status() > 299) {
                throw RestError.read(response, json);
            }
            R message = (R) message(response);
            read = true;
            return message;
        } finally {
            if (!read) {
                response.body().close();
            }
        }
    }

    private HttpRequest request(Call call, Message message) {
        Metadata headers = Metadata.of("accept", JSON, "accept-encoding", Compression.accepted());
        if (!call.deadline().isNone()) {
            headers.add(RequestTimeout.HEADER, RequestTimeout.of(call.deadline()));
        }
        String path = target.path(message);
        Message left = target.without(message);
        Body sent = Body.empty();
        if (wholeBody) {
            sent = body(left, headers);
        } else {
            FieldDescriptor field = body;
            if (field != null) {
                sent = left.getAllFields().containsKey(field) ? fieldBody(left, field, headers) : sent;
                left = left.toBuilder().clearField(field).build();
            }
            path += query(left);
        }
        ReservedHeaders.copy(call.requestHeaders(), headers);
        ServiceAddress address = settings.address();
        return new HttpRequest(
                httpMethod, address.scheme(), address.authority(), address.prefix() + path, headers, sent);
    }

    private static String query(Message message) {
        List<QueryParameter> parameters = new ArrayList<>();
        RestText.query(message, "", parameters);
        StringBuilder query = new StringBuilder();
        for (QueryParameter parameter : parameters) {
            query.append(query.isEmpty() ? '?' : '&')
                    .append(RestTarget.encode(parameter.name(), false))
                    .append('=')
                    .append(RestTarget.encode(parameter.value(), false));
        }
        return query.toString();
    }

    private Body fieldBody(Message message, FieldDescriptor field, Metadata headers) {
        if (!field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return body((Message) message.getField(field), headers);
        }
        headers.put("content-type", JSON);
        return Body.of(json.encodeField(message, field));
    }

    /** The message as JSON, or the bytes that it is an envelope of. */
    private Body body(Message message, Metadata headers) {
        Descriptor type = message.getDescriptorForType();
        if (type.getFullName().equals(HTTP_BODY)) {
            headers.put("content-type", (String) message.getField(type.findFieldByName("content_type")));
            return Body.of(((ByteString) message.getField(type.findFieldByName("data"))).toByteArray());
        }
        headers.put("content-type", JSON);
        return Body.of(json.encode(message, 0));
    }

    /** The body of {@code response} without its content-encoding. */
    static byte[] inflated(HttpResponse response, int limit) {
        byte[] bytes = BodyBytes.read(response.body(), limit, 0, Side.RESPONSE);
        Compression compression = Compression.of(response.headers(), "content-encoding", Side.RESPONSE);
        return compression == Compression.IDENTITY
                ? bytes
                : compression.inflate(bytes, 0, bytes.length, limit, Side.RESPONSE);
    }

    private Message message(HttpResponse response) {
        byte[] bytes = inflated(response, settings.maxMessageBytes());
        String contentType = response.headers().get("content-type").orElse("");
        Message.Builder message = method.responsePrototype().newBuilderForType();
        FieldDescriptor field = responseBody;
        boolean isEnvelope = field != null
                ? field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && field.getMessageType().getFullName().equals(HTTP_BODY)
                : message.getDescriptorForType().getFullName().equals(HTTP_BODY);
        if (isEnvelope) {
            Message.Builder envelope = field == null ? message : message.newBuilderForField(field);
            Descriptor type = envelope.getDescriptorForType();
            envelope.setField(type.findFieldByName("content_type"), contentType);
            envelope.setField(type.findFieldByName("data"), ByteString.copyFrom(bytes));
            return field == null
                    ? envelope.build()
                    : message.setField(field, envelope.build()).build();
        }
        if (bytes.length == 0) {
            return message.build(); // 204, or a server that writes nothing for an empty message
        }
        if (!RestError.isJson(contentType)) {
            throw new CallException(
                    Code.UNKNOWN,
                    "the answer is not REST's JSON: HTTP status " + response.status() + " with content type \""
                            + contentType + '"');
        }
        try {
            String text = JsonCodec.text(bytes, 0, bytes.length);
            if (field == null) {
                json.merge(text, message);
            } else {
                json.mergeField(field, text, message);
            }
        } catch (InvalidProtocolBufferException e) {
            throw Side.RESPONSE.malformed(Codec.JSON, method.responsePrototype(), e);
        }
        return message.build();
    }

    @Override
    public String toString() {
        return httpMethod + ' ' + target + " at " + settings.address().authority();
    }
}
