package dev.parley.rpc;

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
    private static final String USER_AGENT = "rest-java-parley/0.1";

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
        RestRule rule = rule(method);
        this.target = new RestTarget(rule);
        this.wholeBody = rule.wholeBody();
        this.body = rule.body();
        this.responseBody = rule.responseBody();
        boolean sends = wholeBody || body != null;
        this.httpMethod = !rule.httpMethod().equals(RestRule.ANY_METHOD) ? rule.httpMethod() : sends ? "POST" : "GET";
    }

    private static RestRule rule(RpcMethod<?, ?> method) {
        List<RestRule> rules;
        try {
            rules = RestRule.of(method.descriptor());
        } catch (IllegalArgumentException e) {
            throw new CallException(Code.INTERNAL, String.valueOf(e.getMessage()), e);
        }
        if (rules.isEmpty()) {
            throw new CallException(
                    Code.UNIMPLEMENTED, method + " has no REST: its contract says no google.api.http for it");
        }
        return rules.getFirst();
    }

    @Override
    @SuppressWarnings("unchecked") // the prototype is that of R
    public R handle(Call call, Q request) throws Exception {
        HttpResponse response = Outbound.send(transport, call, request(call, (Message) request), true);
        boolean read = false;
        try {
            ReservedHeaders.copy(response.headers(), call.responseHeaders());
            if (response.status() < 200 || response.status() > 299) {
                throw RestError.read(response, json);
            }
            R message = (R) message(call, response);
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
            sent = packed(call, message, body(left, headers), headers);
        } else {
            FieldDescriptor field = body;
            if (field != null) {
                byte[] bytes = left.getAllFields().containsKey(field) ? fieldBody(left, field, headers) : new byte[0];
                sent = packed(call, message, bytes, headers);
                left = left.toBuilder().clearField(field).build();
            }
            path += query(left);
            if (field == null) {
                MessageEvents.sent(call, message, 0, 0);
            }
        }
        ReservedHeaders.copyRequest(call.requestHeaders(), headers, USER_AGENT);
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

    private Body packed(Call call, Message message, byte[] plain, Metadata headers) {
        Packing packing =
                call.attributes().get(Compression.REQUEST).map(Packing::always).orElse(settings.packing());
        byte[] sent = plain;
        if (packing.applies(plain.length)) {
            headers.put("content-encoding", packing.compression().wireName());
            sent = packing.compression().deflate(plain, 0, plain.length, 0);
        }
        MessageEvents.sent(call, message, plain.length, sent.length);
        return Body.of(sent);
    }

    private byte[] fieldBody(Message message, FieldDescriptor field, Metadata headers) {
        if (!field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return body((Message) message.getField(field), headers);
        }
        headers.put("content-type", JSON);
        return json.encodeField(message, field);
    }

    /** The message as JSON, or the bytes that it is an envelope of. */
    private byte[] body(Message message, Metadata headers) {
        Descriptor type = message.getDescriptorForType();
        if (HttpBodies.is(type)) {
            headers.put("content-type", HttpBodies.contentType(message));
            return HttpBodies.data(message);
        }
        headers.put("content-type", JSON);
        return json.encode(message, 0);
    }

    /** The body of {@code response} without its content-encoding. */
    static byte[] inflated(HttpResponse response, int limit) {
        return inflated(response, BodyBytes.read(response.body(), limit, 0, Side.RESPONSE), limit);
    }

    private static byte[] inflated(HttpResponse response, byte[] bytes, int limit) {
        Compression compression = Compression.of(response.headers(), "content-encoding", Side.RESPONSE);
        return compression == Compression.IDENTITY
                ? bytes
                : compression.inflate(bytes, 0, bytes.length, limit, Side.RESPONSE);
    }

    private Message message(Call call, HttpResponse response) {
        byte[] received = BodyBytes.read(response.body(), settings.maxMessageBytes(), 0, Side.RESPONSE);
        byte[] bytes = inflated(response, received, settings.maxMessageBytes());
        Message message = message(response, bytes);
        MessageEvents.received(call, message, bytes.length, received.length);
        return message;
    }

    private Message message(HttpResponse response, byte[] bytes) {
        String contentType = response.headers().get("content-type").orElse("");
        Message.Builder message = method.responsePrototype().newBuilderForType();
        FieldDescriptor field = responseBody;
        boolean isEnvelope = field == null ? HttpBodies.is(message.getDescriptorForType()) : HttpBodies.is(field);
        if (isEnvelope) {
            Message.Builder envelope = field == null ? message : message.newBuilderForField(field);
            HttpBodies.set(envelope, contentType, bytes);
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
