package dev.parley.tck;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** The client's engine of one test, and what servers and clients stream in it. Each end is noted in the sightings. */
final class Stage {

    /** More messages than anyone reads: a producer that gets there was not stopped. */
    static final int ENDLESS = 100_000;

    private final Sightings ends;

    Stage(Sightings ends) {
        this.ends = ends;
    }

    CallScope outer(Method.Kind kind) {
        return outer(kind, Deadline.NONE);
    }

    CallScope outer(Method.Kind kind, Deadline deadline) {
        Method method = new Method("parley.tck.Suite", "Talk", kind, Method.Idempotency.UNKNOWN);
        CallScope outer = CallScope.builder(method).deadline(deadline).build();
        outer.onEnd(ends.of("client call"));
        return outer;
    }

    /** To be called by each server's handler whose end is looked at. */
    void follow(Call server) {
        server.onEnd(ends.of("server call"));
    }

    static <T> T within(CallScope outer, Callable<T> body) throws Exception {
        try {
            T result = outer.run((call, work) -> work.call(), body);
            outer.end(Outcome.OK);
            return result;
        } catch (Throwable thrown) {
            outer.end(Outcome.failed(CallException.from(thrown)));
            throw thrown;
        }
    }

    <Q> String answer(Method.Kind kind, Handler<Q, String> client, Q request) throws Exception {
        CallScope outer = outer(kind);
        return within(outer, () -> client.handle(outer, request));
    }

    <Q> List<String> read(Method.Kind kind, Handler<Q, Messages<String>> client, Q request) throws Exception {
        CallScope outer = outer(kind);
        return within(outer, () -> {
            try (Messages<String> rows = client.handle(outer, request).onClose(ends.of("client responses"))) {
                return all(rows);
            }
        });
    }

    static List<String> all(Messages<String> messages) {
        List<String> texts = new ArrayList<>();
        messages.forEach(texts::add);
        return texts;
    }

    static List<String> numbers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList();
    }

    /** The numbers from 1. */
    Messages<String> counting(String name, int count) {
        Messages<String> numbers = Messages.produce(sink -> {
            for (int i = 1; i <= count; i++) {
                sink.send(String.valueOf(i));
            }
        });
        return numbers.onClose(ends.of(name));
    }

    /** Two messages and a failure. */
    Messages<String> failing(String name) {
        Messages<String> broken = Messages.produce(sink -> {
            sink.send("a");
            sink.send("b");
            throw new CallException(Code.FAILED_PRECONDITION, "broken");
        });
        return broken.onClose(ends.of(name));
    }

    /** One message, and then nothing until the producer is interrupted. */
    Messages<String> waiting(String name) {
        Messages<String> endless = Messages.produce(sink -> {
            sink.send("first");
            waitForever(name + " wait");
        });
        return endless.onClose(ends.of(name));
    }

    String waitForever(String name) throws InterruptedException {
        try {
            new CountDownLatch(1).await();
            return "never";
        } finally {
            ends.note(name, Outcome.failed(new CallException(Code.CANCELLED, "interrupted")));
        }
    }
}
