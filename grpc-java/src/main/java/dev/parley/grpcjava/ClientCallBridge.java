package dev.parley.grpcjava;

import com.google.common.util.concurrent.MoreExecutors;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.Pipe;
import dev.parley.Timer;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Compression;
import dev.parley.rpc.ResponseMetadata;
import dev.parley.rpc.RpcMethod;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One call of a grpc-java stub. A virtual thread makes it, blocking, and tells the listener by the stub's executor, in
 * order. A call with one request begins when that is complete, one with many at once.
 */
final class ClientCallBridge<Q, R> extends ClientCall<Q, R> {

    private static final System.Logger LOG = System.getLogger(GrpcChannel.class.getName());
    // What may be unsent before sendMessage waits, and before isReady says no.
    private static final int UNSENT = 64;

    private final GrpcChannel owner;
    private final Channel channel;
    private final MethodDescriptor<Q, R> method;
    private final RpcMethod<?, ?> bridged;
    private final CallOptions options;
    private final Executor executor;
    private final Context context = Context.current();
    private final Context.CancellationListener onContext;
    private final CallScope scope;
    private final ResponseMetadata received = new ResponseMetadata();
    private final Demand demand = new Demand();
    private final Pipe<Q> requests = Messages.pipe(UNSENT);
    private final AtomicInteger unsent = new AtomicInteger();
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean wantsReady = new AtomicBoolean();
    private volatile boolean halfClosed;
    private boolean headersTold; // by the call's thread
    private boolean silenced; // in the order of the callbacks: after one that failed, or the last
    private @Nullable Q request;
    private ClientCall.@Nullable Listener<R> listener;
    private Metadata headers = new Metadata();
    private StreamTracers tracers = StreamTracers.NONE;

    ClientCallBridge(
            GrpcChannel owner,
            Channel channel,
            MethodDescriptor<Q, R> method,
            RpcMethod<?, ?> bridged,
            CallOptions options) {
        this.owner = owner;
        this.channel = channel;
        this.method = method;
        this.bridged = bridged;
        this.options = options;
        this.executor = MoreExecutors.newSequentialExecutor(callbacks(options.getExecutor(), owner));
        this.scope = CallScope.builder(bridged.method())
                .parent(Call.find().orElse(null))
                .deadline(deadline(options, context))
                .build();
        this.onContext = cancelled -> cancel("Context cancelled", cancelled.cancellationCause());
    }

    /**
     * Not the thread that runs the call, nor the one that sends its requests: a callback that waited there would wait for
     * itself, and a cancellation would interrupt it.
     */
    @SuppressWarnings("ReferenceEquality") // there is one
    private static Executor callbacks(@Nullable Executor given, GrpcChannel owner) {
        return given == null || given == MoreExecutors.directExecutor() ? owner.executor() : given;
    }

    private static Deadline deadline(CallOptions options, Context context) {
        return deadline(options.getDeadline()).earlier(deadline(context.getDeadline()));
    }

    private static Deadline deadline(io.grpc.@Nullable Deadline given) {
        return given == null
                ? Deadline.NONE
                : Deadline.after(Duration.ofNanos(given.timeRemaining(TimeUnit.NANOSECONDS)));
    }

    @Override
    public void start(ClientCall.Listener<R> callbacks, Metadata sent) {
        if (listener != null) {
            throw new IllegalStateException("Already started");
        }
        listener = callbacks;
        headers = sent;
        tracers = StreamTracers.of(options, sent);
        if (!owner.begin(this)) {
            end(Status.UNAVAILABLE.withDescription("Channel shutdown invoked"), new Metadata());
            return;
        }
        if (scope.deadline().isExpired()) {
            end(
                    Status.DEADLINE_EXCEEDED.withDescription(
                            "ClientCall started after CallOptions deadline was exceeded"),
                    new Metadata());
            return;
        }
        scope.onCancel(reason -> {
            if (running.compareAndSet(false, true)) {
                end(reason); // before its request was complete; otherwise its thread does
            }
        });
        scope.armDeadline(Timer.system());
        context.addListener(onContext, MoreExecutors.directExecutor());
        if (ended.get()) {
            context.removeListener(onContext); // it ended in between, and a context may live long
        }
        if (!method.getType().clientSendsOneMessage()) {
            run();
            tell(() -> listener().onReady());
        }
    }

    private void run() {
        if (running.compareAndSet(false, true)) {
            Thread.ofVirtual().name("parley-grpc-java-call").start(Call.wrap(this::callAndTell));
        }
    }

    private void callAndTell() {
        try {
            scope.run(
                    (call, started) -> {
                        call();
                        return Outcome.OK;
                    },
                    method);
            end(Status.OK, MetadataBridge.toGrpc(received.trailers()));
        } catch (Throwable thrown) {
            CallException error = thrown instanceof CallException known
                    ? known
                    : scope.cancellation().orElseGet(() -> CallException.from(thrown));
            scope.cancel(error); // what is still open below this call
            if (!headersTold && !received.headers().isEmpty()) {
                tellHeaders(); // they came before the error
            }
            end(error);
        }
    }

    @SuppressWarnings("unchecked") // the messages are those of the method's own marshallers
    private void call() throws InterruptedException {
        dev.parley.Metadata sent = new dev.parley.Metadata();
        Metadata credentials = Credentials.of(options, method, owner);
        MetadataBridge.addTo(sent, headers);
        MetadataBridge.addTo(sent, credentials);
        tracers.created(headers);
        dev.parley.rpc.CallOptions with =
                dev.parley.rpc.CallOptions.defaults().withHeaders(sent).withResponseMetadata(received);
        String compressor = options.getCompressor();
        if (compressor != null) {
            with = with.withCompression(compression(compressor));
        }
        Object response = channel.call((RpcMethod<Object, Object>) bridged, with, outgoing());
        if (!(response instanceof Messages<?> responses)) {
            tellHeaders();
            tellMessage((R) response);
            return;
        }
        try (Messages<R> messages = (Messages<R>) responses) {
            for (R message = messages.receive(); message != null; message = messages.receive()) {
                if (!headersTold) {
                    tellHeaders();
                }
                tellMessage(message);
            }
            if (!headersTold) {
                tellHeaders();
            }
        }
    }

    private static Compression compression(String name) {
        return switch (name) {
            case "gzip" -> Compression.GZIP;
            case "zstd" -> Compression.ZSTD;
            case "identity" -> Compression.IDENTITY;
            default ->
                throw new CallException(
                        Code.INTERNAL,
                        "withCompression(\"" + name
                                + "\"): there is no such compressor; expected gzip, zstd or identity");
        };
    }

    private Object outgoing() {
        if (method.getType().clientSendsOneMessage()) {
            Q single = request;
            if (single == null) {
                throw new CallException(Code.INTERNAL, "the call was half-closed without a request");
            }
            tracers.sent(single);
            return single;
        }
        return requests.messages().map(message -> {
            tracers.sent(message);
            unsent.decrementAndGet();
            tellReady();
            return message;
        });
    }

    private void tellReady() {
        if (unsent.get() < UNSENT / 2 && wantsReady.compareAndSet(true, false)) {
            tell(() -> listener().onReady());
        }
    }

    private void tellHeaders() {
        headersTold = true;
        Metadata responseHeaders = MetadataBridge.toGrpc(received.headers());
        tracers.receivedHeaders();
        tell(() -> listener().onHeaders(responseHeaders));
    }

    private void tellMessage(R message) throws InterruptedException {
        demand.take();
        tracers.received(message);
        tell(() -> listener().onMessage(message));
    }

    private void tell(Runnable callback) {
        executor.execute(() -> {
            if (silenced) {
                return;
            }
            try {
                context.run(callback);
            } catch (Throwable e) {
                silenced = true; // but for the end, which says why
                cancel("Failed to call the listener", e);
            }
        });
    }

    private void tellClosed(Status status, Metadata trailers) {
        executor.execute(() -> {
            silenced = true;
            try {
                context.run(() -> listener().onClose(status, trailers));
            } catch (Throwable e) {
                LOG.log(System.Logger.Level.WARNING, () -> "onClose of " + this + " failed", e);
            }
        });
    }

    private ClientCall.Listener<R> listener() {
        ClientCall.Listener<R> started = listener;
        if (started == null) {
            throw new IllegalStateException("Not started");
        }
        return started;
    }

    private void end(CallException error) {
        end(StatusBridge.toGrpc(error, scope.deadline()), StatusBridge.trailers(error));
    }

    private void end(Status status, Metadata trailers) {
        if (ended.compareAndSet(false, true)) {
            context.removeListener(onContext);
            requests.messages().close();
            scope.end(Outcome.OK);
            owner.end(this);
            try {
                tracers.closed(status, trailers);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, () -> "a tracer of " + this + " failed", e);
            }
            tellClosed(status, trailers);
        }
    }

    @Override
    public void request(int count) {
        demand.add(count);
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        String why = message != null ? message : "Call cancelled without message";
        boolean timedOut = cause instanceof java.util.concurrent.TimeoutException;
        scope.cancel(new CallException(timedOut ? Code.DEADLINE_EXCEEDED : Code.CANCELLED, why, cause));
    }

    @Override
    public void sendMessage(Q message) {
        if (halfClosed) {
            throw new IllegalStateException("call was half-closed");
        }
        if (method.getType().clientSendsOneMessage()) {
            if (request != null) {
                throw new IllegalStateException("a second request for " + method.getFullMethodName());
            }
            request = message;
        } else if (!ended.get()) {
            unsent.incrementAndGet();
            try {
                requests.send(message);
            } catch (CallException | IllegalStateException e) {
                cancel("the request could not be sent", e); // without effect if the call has ended, which is why
            }
        }
    }

    @Override
    public void halfClose() {
        halfClosed = true;
        if (method.getType().clientSendsOneMessage()) {
            run();
        } else {
            requests.complete();
        }
    }

    @Override
    public boolean isReady() {
        if (halfClosed || ended.get()) {
            return false;
        }
        if (unsent.get() < UNSENT) {
            return true;
        }
        wantsReady.set(true);
        tellReady(); // what was under way may have gone before anybody could see that it is waited for
        return false;
    }

    @Override
    public String toString() {
        return method.getFullMethodName();
    }
}
