package dev.parley.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.PercentEncoding;
import dev.parley.http.RequestTimeout;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** REST by {@code google.api.http}: one matched request. */
final class RestProtocol implements Protocol {

    private static final String JSON_TYPE = "application/json";

    private final RestBinding binding;
    private final List<String> segments;
    private final JsonCodec json;
    private final Problem problem;

    RestProtocol(RestBinding binding, List<String> segments, JsonCodec json, Problem problem) {
        this.binding = binding;
        this.segments = segments;
        this.json = json;
        this.problem = problem;
    }

    @Override
    public boolean carries(Method.Kind kind) {
        return kind == Method.Kind.UNARY;
    }

    @Override
    public Optional<Duration> timeout(Metadata headers) {
        return RequestTimeout.read(headers, RequestTimeout.HEADER);
    }

    @Override
    public Object read(Route<?, ?> route, HttpRequest request) {
        Message.Builder message = route.method().requestPrototype().newBuilderForType();
        readBody(route, request, message);
        Set<String> bound = readPath(message);
        if (request.target().indexOf('?') >= 0) {
            readQuery(request.query(), message, bound);
        }
        return message.build();
    }

    private void readBody(Route<?, ?> route, HttpRequest request, Message.Builder message) {
        if (!binding.wholeBody() && binding.body() == null) {
            return;
        }
        byte[] bytes = BodyBytes.read(request.body(), route.maxMessageBytes(), 0, Side.REQUEST);
        if (bytes.length == 0) {
            return; // all fields are optional as far as JSON goes
        }
        checkType(request.headers().get("content-type").orElse(""));
        Compression compression = Compression.of(request.headers(), "content-encoding", Side.REQUEST);
        if (compression != Compression.IDENTITY) {
            bytes = compression.inflate(bytes, 0, bytes.length, route.maxMessageBytes(), Side.REQUEST);
        }
        try {
            String text = JsonCodec.text(bytes, 0, bytes.length);
            FieldDescriptor field = binding.body();
            if (field == null) {
                json.merge(text, message);
            } else {
                json.mergeField(field, text, message);
            }
        } catch (InvalidProtocolBufferException e) {
            throw Side.REQUEST.malformed(Codec.JSON, route.method().requestPrototype(), e);
        }
    }

    private static void checkType(String contentType) {
        String type = ProtocolTable.bare(contentType);
        if (type == null || !(type.equals(JSON_TYPE) || type.endsWith("+json"))) {
            HttpException error = new HttpException(
                    415,
                    Code.INVALID_ARGUMENT,
                    "the body must be application/json in UTF-8, but is \"" + contentType + '"');
            error.metadata().put("accept-post", JSON_TYPE);
            throw error;
        }
    }

    private Set<String> readPath(Message.Builder message) {
        Set<String> bound = new HashSet<>();
        List<PathTemplate.Variable> variables = binding.template().variables();
        for (int i = 0; i < variables.size(); i++) {
            PathTemplate.Variable variable = variables.get(i);
            int to = variable.open() ? segments.size() : variable.to();
            String raw = String.join("/", segments.subList(variable.from(), to));
            FieldPath field = binding.variables().get(i);
            String value = PercentEncoding.decode(raw, variable.spansSegments())
                    .orElseThrow(() -> new CallException(
                            Code.INVALID_ARGUMENT, field + " in the path is not UTF-8 in percent-encoding"));
            field.put(message, value);
            bound.add(field.toString());
        }
        return bound;
    }

    private void readQuery(String query, Message.Builder message, Set<String> bound) {
        for (QueryParameter parameter : QueryParameter.parse(query)) {
            FieldPath field = FieldPath.resolve(message.getDescriptorForType(), parameter.name())
                    .filter(found -> !binding.wholeBody() && found.fields().getFirst() != binding.body())
                    .orElseThrow(() ->
                            new CallException(Code.INVALID_ARGUMENT, "unknown query parameter " + parameter.name()));
            if (!field.takesText()) {
                throw new CallException(Code.INVALID_ARGUMENT, field + " is no single value; name one of its fields");
            }
            if (!bound.add(field.toString()) && !field.last().isRepeated()) {
                throw new CallException(Code.INVALID_ARGUMENT, field + " is given twice");
            }
            field.put(message, parameter.value());
        }
    }

    @Override
    public HttpResponse one(Call call, Message response) {
        int status = call.attributes().get(Rest.STATUS).orElse(200);
        Metadata headers = new Metadata();
        boolean bodiless = status == 204;
        if (!bodiless) {
            headers.add("content-type", JSON_TYPE);
        }
        ReservedHeaders.copy(call.responseHeaders(), headers);
        ReservedHeaders.copy(call.responseTrailers(), headers);
        return new HttpResponse(status, headers, bodiless ? Body.empty() : Body.of(body(response)));
    }

    private byte[] body(Message response) {
        FieldDescriptor field = binding.responseBody();
        if (field == null) {
            return json.encode(response, 0);
        }
        return json.encodeField(response, field);
    }

    @Override
    public HttpResponse many(CallScope call, Messages<? extends Message> responses) {
        throw new AssertionError("a unary protocol was asked to stream");
    }

    @Override
    public HttpResponse failed(@Nullable Call call, CallException error) {
        return problem.of(call, error);
    }
}
