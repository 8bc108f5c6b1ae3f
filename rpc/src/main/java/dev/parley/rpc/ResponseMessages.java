package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.Timer;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The stream of responses on a client. The exchange starts at once on a thread of the library's, because the head of the
 * response may come only after messages that the caller sends once it has this stream in hand.
 */
final class ResponseMessages implements Messages.Source<Message> {

    /** Sends the request under a call of its own. */
    interface Sender {
        HttpResponse send(Call exchange) throws Exception;
    }

    private final CallScope exchange;
    private final Function<HttpResponse, ClientProtocol.Reader> open;
    private final IdleWatch idle;
    private final CompletableFuture<HttpResponse> head = new CompletableFuture<>();
    private ClientProtocol.@Nullable Reader reader;

    private ResponseMessages(CallScope exchange, Function<HttpResponse, ClientProtocol.Reader> open, Duration idle) {
        this.exchange = exchange;
        this.open = open;
        this.idle = new IdleWatch(Timer.system(), idle, exchange::cancel);
    }

    static Messages<Message> start(
            Call call, Sender sender, Function<HttpResponse, ClientProtocol.Reader> open, Duration idle) {
        CallScope exchange = CallScope.builder(call.method())
                .parent(call)
                .requestHeaders(call.requestHeaders())
                .deadline(call.deadline())
                .peer(call.peer())
                .build();
        call.endpoint().ifPresent(exchange::endpoint);
        ResponseMessages source = new ResponseMessages(exchange, open, idle);
        Messages<Message> messages = Messages.pull(source);
        Thread.ofVirtual().name("parley-stream").start(Call.wrap(() -> source.send(sender)));
        return messages;
    }

    private void send(Sender sender) {
        try {
            HttpResponse response = sender.send(exchange);
            if (!head.complete(response)) {
                response.body().close();
            }
        } catch (Throwable thrown) {
            head.completeExceptionally(thrown);
        }
    }

    @Override
    public @Nullable Message receive() throws Exception {
        idle.waiting();
        try {
            ClientProtocol.Reader current = reader;
            if (current == null) {
                current = open.apply(head());
                reader = current;
            }
            Message message = current.next();
            if (message == null) {
                idle.stop();
                exchange.end(Outcome.OK);
            }
            return message;
        } finally {
            idle.busy();
        }
    }

    private HttpResponse head() throws Exception {
        try {
            return head.get();
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the response of " + exchange.method());
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void cancel(CallException reason) {
        idle.stop();
        exchange.cancel(reason);
        if (!head.completeExceptionally(reason) && !head.isCompletedExceptionally()) {
            head.join().body().close();
        }
        exchange.end(Outcome.failed(reason));
    }
}
