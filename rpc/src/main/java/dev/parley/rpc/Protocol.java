package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One protocol in one codec, as a server speaks it: how a request is read and how each kind of answer is written. What
 * happens in between is {@link ServerCall}'s, the same for all. Another protocol is another implementation and a line
 * in {@link ProtocolTable}.
 */
interface Protocol {

    /** Its name, of those that {@link RpcProtocol} has. */
    RpcProtocol name();

    /** Whether methods of this kind can be called in it. */
    boolean carries(dev.parley.Method.Kind kind);

    /** Whether methods of this kind cannot be called in it over HTTP/1.1, in which both sides do not stream at a time. */
    default boolean needsHttp2(dev.parley.Method.Kind kind) {
        return kind == dev.parley.Method.Kind.BIDI_STREAMING;
    }

    /**
     * The time that the caller gives.
     *
     * @throws CallException INVALID_ARGUMENT if its header is malformed
     */
    Optional<Duration> timeout(Metadata headers);

    /** The request: a {@link Message}, or {@link Messages} if the client streams. */
    Object read(Route<?, ?> route, Call call, HttpRequest request);

    /** The answer of a method that returned one message. */
    HttpResponse one(Call call, Message response);

    /** The answer of a method that returned a stream, which {@code call} goes on with until its end. */
    HttpResponse many(CallScope call, Messages<? extends Message> responses);

    /** The answer of a call that failed before its first message; {@code call} is null if it failed before it began. */
    HttpResponse failed(@Nullable Call call, CallException error);
}
