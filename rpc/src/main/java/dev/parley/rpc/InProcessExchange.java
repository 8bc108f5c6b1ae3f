package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Peer;
import dev.parley.Pipe;
import dev.parley.Timer;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response within the process. Each side has a call of its own: the caller's ends the exchange by its
 * deadline or cancellation, which the server's side learns of as it would of a reset stream.
 */
final class InProcessExchange {

    private static final Peer PEER = new Peer("in-process", "in-process");
    // As many chunks as a sender may be ahead of its reader.
    private static final int PIPE_CAPACITY = 16;

    private final Handler<HttpRequest, HttpResponse> server;
    private final CallScope client;
    private final CallScope inbound;
    private final Body sent;
    private final HttpRequest request;
    private final CompletableFuture<HttpResponse> head = new CompletableFuture<>();
    private final @Nullable Pipe<byte[]> upload;
    private final Pipe<byte[]> download = Messages.pipe(PIPE_CAPACITY);
    private volatile Metadata trailers = new Metadata();

    InProcessExchange(
            Handler<HttpRequest, HttpResponse> server,
            Call call,
            HttpRequest sent,
            Function<HttpRequest, Optional<Duration>> timeout) {
        this.server = server;
        this.client = CallScope.builder(call.method())
                .parent(call)
                .deadline(call.deadline())
                .build();
        this.upload = sent.body().length().isPresent() ? null : Messages.pipe(PIPE_CAPACITY);
        Body body = upload == null ? Body.of(sent.body().readAll()) : Body.stream(upload.messages());
        Metadata headers = new Metadata(sent.headers());
        this.request = new HttpRequest(sent.method(), sent.scheme(), sent.authority(), sent.target(), headers, body);
        Deadline deadline = timeout.apply(request).map(Deadline::after).orElse(Deadline.NONE);
        this.inbound = CallScope.builder(Method.unary("http", sent.method()))
                .requestHeaders(headers)
                .deadline(deadline)
                .peer(PEER)
                .build();
        this.sent = sent.body();
    }

    /** Starts the handler and waits for the head of its response. */
    HttpResponse start() throws Exception {
        client.armDeadline(Timer.system());
        inbound.armDeadline(Timer.system());
        client.onCancel(this::cancelled);
        Thread.ofVirtual().name("parley-in-process").start(this::serve);
        Pipe<byte[]> to = upload;
        if (to != null) {
            // The request's stream is the caller's code, so it runs under the caller's call.
            Runnable pump = Call.wrap(() -> pump(sent, to));
            Thread sender = Thread.ofVirtual().name("parley-request").start(pump);
            client.onEnd(outcome -> sender.interrupt());
        }
        try {
            return head.get();
        } catch (InterruptedException e) {
            CallException reason = CallException.interrupted(e, "the response of " + client.method());
            client.cancel(reason);
            throw reason;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private void cancelled(CallException reason) {
        // The client first: what the server answers to its cancellation must not come before the reason.
        head.completeExceptionally(reason);
        download.fail(reason);
        client.end(Outcome.failed(reason));
        CallException told = new CallException(Code.CANCELLED, "the client has cancelled the call");
        if (upload != null) {
            upload.fail(told);
        }
        inbound.cancel(told);
    }

    private void pump(Body body, Pipe<byte[]> to) {
        AtomicBoolean serverLeft = new AtomicBoolean();
        try (Messages<byte[]> chunks = body.chunks()) {
            chunks.drain(chunk -> {
                try {
                    to.send(chunk);
                } catch (CallException e) {
                    serverLeft.set(true);
                    throw e;
                }
            });
            to.complete();
        } catch (CallException e) {
            // A server that reads no more may still answer; a request that cannot be finished is the client's failure.
            if (!serverLeft.get()) {
                client.cancel(e);
            }
        }
    }

    private void serve() {
        Outcome outcome = Outcome.OK;
        try {
            inbound.run(
                    (call, received) -> {
                        answer(server.handle(call, received));
                        return Outcome.OK;
                    },
                    request);
            download.complete();
        } catch (Throwable thrown) {
            CallException error = inbound.cancellation().orElseGet(() -> CallException.from(thrown));
            outcome = Outcome.failed(error);
            CallException seen = new CallException(
                    error.code(),
                    error.message(),
                    null,
                    error.details(),
                    new Metadata(),
                    CallException.Origin.REMOTE,
                    error.retryAdvice());
            download.fail(seen);
            head.completeExceptionally(seen);
        }
        request.body().close(); // who still sends is told that nobody reads
        inbound.end(outcome);
    }

    private void answer(HttpResponse response) {
        Body body = response.body();
        try {
            if (body.length().isPresent()) {
                trailers = new Metadata(body.trailers());
                handOver(response, Body.of(body.readAll(), trailers));
                client.end(Outcome.OK);
                return;
            }
            Body streamed = Body.stream(received(), () -> trailers);
            if (!response.headWithBody()) {
                handOver(response, streamed);
            }
            body.chunks().drain(chunk -> {
                handOver(response, streamed);
                download.send(chunk);
            });
            trailers = new Metadata(body.trailers());
            handOver(response, streamed);
        } finally {
            body.close();
        }
    }

    /** What the client reads; that it leaves early is a cancellation, as over HTTP/2. */
    private Messages<byte[]> received() {
        return download.messages().onClose(outcome -> {
            if (outcome instanceof Outcome.Failed failed) {
                client.cancel(failed.error());
            }
            client.end(outcome);
        });
    }

    private void handOver(HttpResponse response, Body body) {
        if (!head.isDone()) {
            head.complete(new HttpResponse(response.status(), new Metadata(response.headers()), body));
        }
    }
}
