package dev.parley.rpc.interop;

import com.google.rpc.BadRequest;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.rpc.ErrorDetails;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.Ask;
import dev.parley.rpc.interop.v1.InteropService;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The service on Parley. Echoes the header {@code x-echo} and {@code x-echo-bin}; tells how each call ended. */
final class ParleyInterop implements InteropService {

    final BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
    final BlockingQueue<String> interrupts = new LinkedBlockingQueue<>();

    @Override
    public Answer unary(Ask request) {
        begin();
        await(request);
        fail(request);
        return answer(request.getText(), 0);
    }

    @Override
    public Answer look(Ask request) {
        return unary(request);
    }

    @Override
    public Messages<Answer> serverStream(Ask request) {
        begin();
        return Messages.produce(sink -> {
            for (int i = 0; i < request.getCount(); i++) {
                sink.send(answer(request.getText(), i));
            }
            await(request);
            fail(request);
        });
    }

    @Override
    public Answer clientStream(Messages<Ask> requests) {
        begin();
        StringJoiner all = new StringJoiner(",");
        int count = 0;
        for (Ask request : requests) {
            all.add(request.getText());
            fail(request);
            count++;
        }
        return answer(all.toString(), count);
    }

    @Override
    public Messages<Answer> bidi(Messages<Ask> requests) {
        begin();
        return requests.map(request -> {
            fail(request);
            return answer(request.getText(), 0);
        });
    }

    private void begin() {
        Call call = Call.current();
        call.onEnd(ends::add);
        call.requestHeaders().get("x-echo").ifPresent(value -> {
            call.responseHeaders().put("x-echo", value);
            call.responseTrailers().put("x-echo-trailer", value);
        });
        call.requestHeaders().getBinary("x-echo-bin").ifPresent(value -> {
            call.responseHeaders().addBinary("x-echo-bin", value);
            call.responseTrailers().addBinary("x-echo-trailer-bin", value);
        });
    }

    private static Answer answer(String text, int index) {
        long nanos = Call.current().deadline().remainingNanos();
        return Answer.newBuilder()
                .setText(text)
                .setIndex(index)
                .setRemainingMs(nanos == Long.MAX_VALUE ? 0 : nanos / 1_000_000)
                .build();
    }

    private void await(Ask request) {
        if (request.getWaitMs() > 0) {
            try {
                Thread.sleep(request.getWaitMs());
            } catch (InterruptedException e) {
                interrupts.add(request.getText());
                throw CallException.from(e);
            }
        }
    }

    static void fail(Ask request) {
        if (request.getFailCode() != 0) {
            Code code = Code.ofNumber(request.getFailCode()).orElseThrow();
            throw new CallException(code, "failed as asked: ü %").withDetail(ErrorDetails.pack(detail()));
        }
    }

    static BadRequest detail() {
        return BadRequest.newBuilder()
                .addFieldViolations(
                        BadRequest.FieldViolation.newBuilder().setField("text").setDescription("as asked"))
                .build();
    }
}
