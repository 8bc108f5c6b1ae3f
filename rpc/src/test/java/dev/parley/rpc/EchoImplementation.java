package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** Does what the request says, and tells a test what it sees. */
final class EchoImplementation implements EchoService {

    /** Texts that mean something. */
    static final String BLOCK = "block";

    static final String METADATA = "metadata";
    static final String DEADLINE = "deadline";
    static final String LEAVE_EARLY = "leave early";
    static final String CRASH = "crash";

    final BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
    final CountDownLatch started = new CountDownLatch(1);

    @Override
    public EchoResponse echo(EchoRequest request) {
        Call call = begin();
        switch (request.getText()) {
            case BLOCK -> block();
            case CRASH -> throw new IllegalStateException("a secret of the server");
            case METADATA -> metadata(call);
            case DEADLINE -> {
                return answer(Long.toString(call.deadline().remainingNanos()), 0);
            }
            default -> {}
        }
        failIfAsked(request);
        return answer(request.getText(), 0);
    }

    @Override
    public Messages<EchoResponse> repeat(EchoRequest request) {
        Call call = begin();
        if (request.getText().equals(METADATA)) {
            metadata(call);
        }
        return Messages.produce(sink -> {
            for (int i = 0; i < request.getCount(); i++) {
                sink.send(answer(request.getText(), i));
            }
            if (request.getText().equals(BLOCK)) {
                block();
            }
            failIfAsked(request);
        });
    }

    @Override
    public EchoResponse join(Messages<EchoRequest> requests) {
        begin();
        StringBuilder joined = new StringBuilder();
        int count = 0;
        for (EchoRequest request : requests) {
            if (request.getText().equals(LEAVE_EARLY)) {
                return answer("left", count);
            }
            failIfAsked(request);
            joined.append(request.getText());
            count++;
        }
        return answer(joined.toString(), count);
    }

    @Override
    public Messages<EchoResponse> chat(Messages<EchoRequest> requests) {
        begin();
        return requests.map(request -> {
            failIfAsked(request);
            return answer(request.getText(), 0);
        });
    }

    private Call begin() {
        Call call = Call.current();
        call.onEnd(ends::add);
        started.countDown();
        return call;
    }

    private static void block() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "nothing");
        }
    }

    private static void metadata(Call call) {
        call.requestHeaders()
                .getAll("x-ask")
                .forEach(value -> call.responseHeaders().add("x-head", value));
        call.requestHeaders()
                .getBinary("x-ask-bin")
                .ifPresent(value -> call.responseTrailers().addBinary("x-trail-bin", value));
        call.responseTrailers().add("x-trail", "t1").add("x-trail", "t2");
        call.responseHeaders().add("grpc-status", "13");
    }

    private static void failIfAsked(EchoRequest request) {
        Code.ofNumber(request.getFailWith()).ifPresent(code -> {
            throw new CallException(code, "as asked: 100 % \u00fcber\n")
                    .withDetail(ErrorDetails.pack(
                            EchoRequest.newBuilder().setText("detail").build()));
        });
    }

    private static EchoResponse answer(String text, int index) {
        return EchoResponse.newBuilder().setText(text).setIndex(index).build();
    }
}
