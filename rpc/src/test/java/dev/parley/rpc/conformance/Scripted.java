package dev.parley.rpc.conformance;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Sink;
import dev.parley.rpc.ErrorDetails;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Does what the first request says: {@code count} answers, then the error; always with the same headers and trailers, each
 * with several values. Its answers tell what it has received.
 */
final class Scripted implements EchoService {

    static final String ASK = "x-conformance-test";
    static final String HEAD = "x-custom-header";
    static final String TRAIL = "x-custom-trailer";
    static final List<String> HEADS = List.of("foo", "bar", "baz");
    static final List<String> TRAILS = List.of("bing", "quux");
    static final String MESSAGE = "100 % \u00fcber\r\nnext: \u732b";
    static final EchoRequest DETAIL =
            EchoRequest.newBuilder().setText("detail").setCount(-1).build();
    /** The text of a request that is not answered in time. */
    static final String WAIT = "wait";
    /** Behind the first character of a first request: each request is answered at once. */
    static final String FULL_DUPLEX = "full duplex";

    private static void begin() {
        HEADS.forEach(value -> Call.current().responseHeaders().add(HEAD, value));
        TRAILS.forEach(value -> Call.current().responseTrailers().add(TRAIL, value));
    }

    private static void fail(EchoRequest request) {
        Code.ofNumber(request.getFailWith()).ifPresent(code -> {
            throw new CallException(code, MESSAGE).withDetail(ErrorDetails.pack(DETAIL));
        });
    }

    private static void await(EchoRequest request) {
        if (request.getText().equals(WAIT)) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw CallException.interrupted(e, "nothing");
            }
        }
    }

    private static EchoResponse answer(List<EchoRequest> requests, int index) {
        List<String> told = new ArrayList<>(Call.current().requestHeaders().getAll(ASK));
        requests.forEach(request -> told.add(request.getText()));
        return EchoResponse.newBuilder()
                .setText(String.join(",", told))
                .setIndex(index)
                .build();
    }

    @Override
    public EchoResponse echo(EchoRequest request) {
        begin();
        await(request);
        fail(request);
        return answer(List.of(request), 0);
    }

    @Override
    public Messages<EchoResponse> repeat(EchoRequest request) {
        begin();
        return Messages.produce(sink -> send(sink, List.of(request)));
    }

    private static void send(Sink<? super EchoResponse> sink, List<EchoRequest> requests) {
        for (int i = 0; i < requests.getFirst().getCount(); i++) {
            sink.send(answer(requests, i));
        }
        await(requests.getFirst());
        fail(requests.getFirst());
    }

    @Override
    public EchoResponse join(Messages<EchoRequest> requests) {
        begin();
        List<EchoRequest> all = new ArrayList<>();
        requests.forEach(all::add);
        await(all.getFirst());
        fail(all.getFirst());
        return answer(all, 0);
    }

    @Override
    public Messages<EchoResponse> chat(Messages<EchoRequest> requests) {
        begin();
        return Messages.produce(sink -> {
            List<EchoRequest> all = new ArrayList<>();
            for (EchoRequest request : requests) {
                all.add(request);
                if (all.getFirst().getText().equals(FULL_DUPLEX)) {
                    sink.send(answer(List.of(request), all.size()));
                    fail(request);
                }
            }
            if (!all.getFirst().getText().equals(FULL_DUPLEX)) {
                send(sink, all);
            }
        });
    }
}
