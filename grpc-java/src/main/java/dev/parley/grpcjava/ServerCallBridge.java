package dev.parley.grpcjava;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Sink;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call of a grpc-java service. The thread of the call runs all callbacks, one after the other, and sends what the
 * service has to say; other threads of the service hand that over. Requests are pulled by a thread of their own, so that a
 * slow client does not keep callbacks waiting.
 */
final class ServerCallBridge<Q, R> extends ServerCall<Q, R> {

    private static final System.Logger LOG = System.getLogger(GrpcService.class.getName());
    // What other threads may hand over before they wait; the thread of the call itself never needs it.
    private static final int HANDED_OVER = 16;
    private static final int ALL = 1 << 30;

    private final ServerMethodDefinition<Q, R> method;
    private final Call call;
    private final RequestFeed<Q> requests;
    private final Sink<? super R> sink;
    private final Context.CancellableContext context;
    private final Thread thread = Thread.currentThread();
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final Queue<Runnable> outbound = new ArrayDeque<>(); // guarded by itself
    private final Semaphore room = new Semaphore(HANDED_OVER);
    private final AtomicBoolean wantsReady = new AtomicBoolean();
    private volatile boolean closing;
    private volatile @Nullable CallException broken;
    private @Nullable Status closedWith; // by the call's thread
    private Metadata closedTrailers = new Metadata();
    private ServerCall.@Nullable Listener<Q> listener;

    ServerCallBridge(ServerMethodDefinition<Q, R> method, Call call, Messages<Q> requests, Sink<? super R> sink) {
        this.method = method;
        this.call = call;
        this.sink = sink;
        this.requests = method.getMethodDescriptor().getType().clientSendsOneMessage()
                ? RequestFeed.single(requests, events::add, this::deliver)
                : RequestFeed.stream(requests, events::add, this::deliver);
        this.context = Contexts.of(call);
    }

    /**
     * Runs the call to its end.
     *
     * @throws CallException what the service closed it with, or why it was cancelled
     */
    void run() {
        // Not on the canceller's thread, which is an event loop; listeners of a context are anybody's code.
        Call.Registration cancel = call.onCancel(reason -> Thread.startVirtualThread(() -> context.cancel(reason)));
        try {
            callback(() -> {
                listener = method.getServerCallHandler().startCall(this, MetadataBridge.toGrpc(call.requestHeaders()));
                if (method.getMethodDescriptor().getType().serverSendsOneMessage()) {
                    return;
                }
                listener().onReady();
            });
            while (closedWith == null && broken == null) {
                if (wantsReady.get() && isFree()) {
                    callback(this::tellReady);
                } else {
                    callback(events.take());
                }
            }
        } catch (InterruptedException e) {
            broken = CallException.interrupted(e, "a grpc-java service");
        } finally {
            cancel.remove();
            requests.stop();
        }
        end();
    }

    private void end() {
        CallException reason = broken;
        Status status = closedWith;
        closing = true;
        // Callbacks are owed a thread that is not interrupted; whoever interrupted this one wants it to end, and it
        // does.
        boolean interrupted = Thread.interrupted();
        try {
            if (status != null && reason == null) {
                context.run(() -> quietly(listener()::onComplete));
            } else if (listener != null) {
                context.run(() -> quietly(listener()::onCancel));
            }
        } finally {
            context.cancel(reason);
            room.release(ALL); // nobody waits for a call that has ended
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (reason != null) {
            throw reason;
        }
        if (status != null && !status.isOk()) {
            throw StatusBridge.toParley(status, closedTrailers);
        }
        MetadataBridge.addTo(call.responseTrailers(), closedTrailers);
    }

    private static void quietly(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "the last callback of a grpc-java service failed", e);
        }
    }

    /** Runs one callback; what it throws ends the call, as in grpc-java with UNKNOWN. */
    private void callback(Runnable callback) {
        try {
            context.run(callback);
        } catch (CallException e) {
            fail(e);
        } catch (Throwable e) { // an Error too: the end is owed to the service and to who waits for it
            LOG.log(System.Logger.Level.ERROR, () -> call.method() + " failed", e);
            fail(new CallException(Code.UNKNOWN, "Application error processing RPC", e));
        }
    }

    /** Without effect on a call that the service has closed. */
    private void fail(CallException error) {
        if (closedWith == null) {
            broken = error;
        }
    }

    private void tellReady() {
        if (wantsReady.compareAndSet(true, false) && !closing) {
            listener().onReady();
        }
    }

    private void deliver(RequestFeed.Event<Q> event) {
        switch (event) {
            case RequestFeed.Message<Q>(Q message) -> listener().onMessage(message);
            case RequestFeed.HalfClose<Q> end -> listener().onHalfClose();
            case RequestFeed.Failure<Q>(CallException error) -> broken = error;
        }
    }

    private ServerCall.Listener<Q> listener() {
        ServerCall.Listener<Q> started = listener;
        if (started == null) {
            throw new IllegalStateException("the call has not started");
        }
        return started;
    }

    @Override
    public void request(int count) {
        requests.request(count);
    }

    @Override
    public void sendHeaders(Metadata headers) {
        hand(() -> MetadataBridge.addTo(call.responseHeaders(), headers));
    }

    @Override
    public void sendMessage(R message) {
        if (closing || isCancelled()) {
            return; // as grpc-java does
        }
        if (!isCallsThread()) {
            room.acquireUninterruptibly();
            hand(() -> {
                room.release();
                send(message);
            });
        } else {
            hand(() -> send(message));
        }
    }

    private void send(R message) {
        if (broken == null) {
            try {
                sink.send(message);
            } catch (CallException e) {
                broken = e; // the service learns of it by onCancel, as it does from grpc-java
            }
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        closing = true;
        hand(() -> {
            if (closedWith == null) {
                closedWith = status;
                closedTrailers = trailers;
            }
        });
    }

    /** In order: at once on the thread of the call, by it later from any other. */
    private void hand(Runnable step) {
        synchronized (outbound) {
            outbound.add(step);
        }
        if (isCallsThread()) {
            flush();
        } else {
            events.add(this::flush);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a thread is itself
    private boolean isCallsThread() {
        return Thread.currentThread() == thread;
    }

    private void flush() {
        while (true) {
            Runnable step;
            synchronized (outbound) {
                step = outbound.poll();
            }
            if (step == null) {
                break;
            }
            step.run();
        }
    }

    @Override
    public boolean isReady() {
        if (closing || isCancelled()) {
            return false;
        }
        if (isCallsThread() ? events.isEmpty() : room.availablePermits() > 0) {
            return true;
        }
        wantsReady.set(true);
        if (!isCallsThread()) {
            events.add(() -> {}); // so that the call's thread looks again, which may have looked just before
        }
        return false;
    }

    /**
     * Whether the service may go on to send. Not while it keeps the call's thread from requests that have come: sending
     * waits for the client by itself, so a service that sends while it may would never hear of them.
     */
    private boolean isFree() {
        return events.isEmpty() && room.availablePermits() > HANDED_OVER / 2;
    }

    @Override
    public boolean isCancelled() {
        return broken != null || call.cancellation().isPresent();
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method.getMethodDescriptor();
    }

    @Override
    public Attributes getAttributes() {
        return Contexts.attributes(call.peer());
    }

    @Override
    public @Nullable String getAuthority() {
        return call.requestHeaders().get("host").orElse(null);
    }

    @Override
    public String toString() {
        return call.method() + (closing ? " (closed)" : "");
    }
}
