package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import dev.parley.rest.Accept;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** REST by {@code google.api.http}: one matched request. */
final class RestProtocol implements Protocol {

    private final RestBinding binding;
    private final RestPath path;
    private final JsonCodec json;
    private final Problem problem;
    private final int compressAbove;

    // Of the request, once it is read.
    private RestFormat format = RestFormat.JSON;
    private boolean headOnly;

    RestProtocol(RestBinding binding, RestPath path, JsonCodec json, Problem problem, int compressAbove) {
        this.binding = binding;
        this.path = path;
        this.json = json;
        this.problem = problem;
        this.compressAbove = compressAbove;
    }

    @Override
    public RpcProtocol name() {
        return RpcProtocol.REST;
    }

    @Override
    public boolean carries(Method.Kind kind) {
        return true;
    }

    @Override
    public Optional<Duration> timeout(Metadata headers) {
        return RequestTimeout.read(headers, RequestTimeout.HEADER);
    }

    @Override
    public Object read(Route<?, ?> route, Call call, HttpRequest request) {
        headOnly = request.method().equals("HEAD");
        format = format(request.headers().getAll("accept")); // before anything is done for an answer that is not taken
        RestFields fields = RestFields.of(binding, path, request.query(), json);
        RestBody body = new RestBody(binding, fields, call, request, json);
        return route.method().kind().clientStreams() ? body.many(isHalfDuplex(route)) : body.one();
    }

    /**
     * Whether all of the request must have come before the answer begins: most clients of HTTP/1.1 do not read an answer
     * while they send.
     */
    private static boolean isHalfDuplex(Route<?, ?> route) {
        return route.method().kind() == Method.Kind.BIDI_STREAMING
                && Call.current().peer().protocol().startsWith("http/1");
    }

    private RestFormat format(List<String> accept) {
        if (binding.answersHttpBody()) {
            return RestFormat.RAW; // of which type is not known before
        }
        List<String> offered =
                binding.kind().serverStreams() ? RestFormat.STREAM_TYPES : List.of(RestFormat.JSON.contentType());
        String type = Accept.of(accept)
                .best(offered)
                .orElseThrow(() -> new HttpException(
                        406,
                        Code.INVALID_ARGUMENT,
                        "this answers " + String.join(", ", offered) + ", which accept \""
                                + FieldPath.abbreviated(String.join(", ", accept)) + "\" does not take"));
        return binding.kind().serverStreams() ? RestFormat.ofStream(type) : RestFormat.JSON;
    }

    @Override
    public HttpResponse one(Call call, Message response) {
        int status = call.attributes().get(Rest.STATUS).orElse(200);
        boolean bodiless = status == 204 || status == 205; // RFC 9110, 15.3
        byte[] body = bodiless ? new byte[0] : body(response);
        boolean packs = format == RestFormat.JSON && !bodiless;
        if (!packs) {
            MessageEvents.sent(call, response, body.length, body.length);
        }
        Metadata headers = new Metadata();
        if (!bodiless) {
            headers.add("content-type", contentType(response));
        }
        ReservedHeaders.copy(call.responseHeaders(), headers);
        ReservedHeaders.copy(call.responseTrailers(), headers);
        if (format == RestFormat.JSON && body.length >= compressAbove) {
            headers.add("vary", "accept-encoding");
        }
        // What an HttpBody holds is as a rule compressed already: pictures, archives.
        return new HttpResponse(
                status,
                headers,
                bodiless
                        ? Body.empty()
                        : Body.of(packs ? ResponsePacking.body(call, compressAbove, response, body, headers) : body));
    }

    /** The answer's body, or one of its messages, of {@code response}. */
    byte[] body(Message response) {
        if (format == RestFormat.RAW) {
            return HttpBodies.data(httpBody(response));
        }
        return binding.responseBody() == null
                ? json.encode(response, 0)
                : json.encodeField(response, binding.responseBody());
    }

    String contentType(Message response) {
        return format == RestFormat.RAW ? HttpBodies.contentType(httpBody(response)) : format.contentType();
    }

    private Message httpBody(Message response) {
        return binding.responseBody() == null ? response : (Message) response.getField(binding.responseBody());
    }

    @Override
    public HttpResponse many(CallScope call, Messages<? extends Message> responses) {
        if (headOnly) {
            responses.close();
            Metadata headers = format == RestFormat.RAW
                    ? new Metadata()
                    : Metadata.of("content-type", format.contentType(), "vary", "accept");
            ReservedHeaders.copy(call.responseHeaders(), headers);
            call.end(Outcome.OK);
            return new HttpResponse(call.attributes().get(Rest.STATUS).orElse(200), headers, Body.empty());
        }
        return format == RestFormat.EVENTS
                ? RestEvents.of(call, responses, this)
                : RestStream.of(call, responses, format, this);
    }

    @Override
    public HttpResponse failed(@Nullable Call call, CallException error) {
        return problem.of(call, error);
    }

    /** The problem of {@code error} in JSON, where it cannot have a status of its own. */
    String problem(CallException error) {
        return problem.text(error);
    }
}
