package dev.parley.cli;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.cli.talk.Line;
import dev.parley.cli.talk.TalkService;
import dev.parley.rpc.ErrorDetails;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** Does what the request says. */
final class Talk implements TalkService {

    final CountDownLatch waiting = new CountDownLatch(1);
    final BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();

    private static Line answer(Line request) {
        Code.ofNumber(request.getFailWith()).ifPresent(code -> {
            throw new CallException(code, "as asked")
                    .withDetail(ErrorDetails.pack(
                            Line.newBuilder().setText("a detail").build()))
                    .withRetryAdvice(RetryAdvice.after(Duration.ofSeconds(2)));
        });
        return request;
    }

    @Override
    public Line say(Line request) {
        Call call = Call.current();
        call.requestHeaders()
                .get("x-ask")
                .ifPresent(value -> call.responseHeaders().add("x-head", value));
        call.responseTrailers().add("x-tail", "end");
        call.responseTrailers().add("x-session-id", "hidden");
        return answer(request);
    }

    @Override
    public Messages<Line> repeat(Line request) {
        return Messages.produce(sink -> {
            for (int i = 0; i < request.getCount(); i++) {
                sink.send(Line.newBuilder().setText(request.getText() + i).build());
            }
            answer(request);
        });
    }

    @Override
    public Line join(Messages<Line> requests) {
        StringBuilder joined = new StringBuilder();
        requests.forEach(line -> joined.append(answer(line).getText()));
        return Line.newBuilder().setText(joined.toString()).build();
    }

    @Override
    public Messages<Line> chat(Messages<Line> requests) {
        return requests.map(Talk::answer);
    }

    @Override
    public Line wait(Line request) {
        Call.current().onEnd(ends::add);
        waiting.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "nothing");
        }
        return request;
    }
}
