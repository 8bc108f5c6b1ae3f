package dev.parley.rpc;

import com.google.api.HttpBody;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.rpc.transcoding.Everything;
import dev.parley.rpc.transcoding.TranscodingService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** Answers as transcoding.proto says, and keeps what it was asked last. */
final class Transcoding implements TranscodingService {

    /** The method that was called last, and the messages that it was given. */
    record Seen(String method, List<Message> requests) {}

    static final Seen NOTHING = new Seen("-", List.of());

    /** The most answers of a stream. */
    static final int MOST = 100_000;

    /** A name that makes {@code watch} wait behind its messages until it is cancelled. */
    static final String WAIT = "wait";

    final BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
    volatile Seen seen = NOTHING;

    private <M extends Message> M seen(String method, M request) {
        seen = new Seen(method, List.of(request));
        return request;
    }

    private <M extends Message> Messages<M> seen(String method, Messages<M> requests) {
        List<Message> all = new ArrayList<>();
        seen = new Seen(method, all);
        return requests.map(request -> {
            all.add(request);
            return request;
        });
    }

    @Override
    public Everything root(Everything request) {
        return seen("Root", request);
    }

    @Override
    public Everything get(Everything request) {
        return seen("Get", request);
    }

    @Override
    public Everything special(Everything request) {
        return seen("Special", request);
    }

    @Override
    public Everything getFile(Everything request) {
        return seen("GetFile", request);
    }

    @Override
    public Everything search(Everything request) {
        return seen("Search", request);
    }

    @Override
    public Everything create(Everything request) {
        return seen("Create", request);
    }

    @Override
    public Everything update(Everything request) {
        return seen("Update", request);
    }

    @Override
    public Empty delete(Everything request) {
        seen("Delete", request);
        Rest.status(204);
        return Empty.getDefaultInstance();
    }

    @Override
    public Everything archive(Everything request) {
        return seen("Archive", request);
    }

    @Override
    public Everything purge(Everything request) {
        return seen("Purge", request);
    }

    @Override
    public Everything anyMethod(Everything request) {
        return seen("AnyMethod", request);
    }

    @Override
    public Everything putOnly(Everything request) {
        return seen("PutOnly", request);
    }

    @Override
    public Everything headOnly(Everything request) {
        return seen("HeadOnly", request);
    }

    @Override
    public Everything typed(Everything request) {
        return seen("Typed", request);
    }

    @Override
    public Everything deepLiteral(Everything request) {
        return seen("DeepLiteral", request);
    }

    @Override
    public Everything deepOne(Everything request) {
        return seen("DeepOne", request);
    }

    @Override
    public Everything deepRest(Everything request) {
        return seen("DeepRest", request);
    }

    @Override
    public Everything escaped(Everything request) {
        return seen("Escaped", request);
    }

    @Override
    public Everything part(Everything request) {
        return seen("Part", request);
    }

    @Override
    public Everything setPart(Everything request) {
        return seen("SetPart", request);
    }

    @Override
    public Everything upload(Everything request) {
        return seen("Upload", request);
    }

    @Override
    public HttpBody raw(HttpBody request) {
        return seen("Raw", request);
    }

    @Override
    public HttpBody page(Everything request) {
        seen("Page", request);
        return HttpBody.newBuilder()
                .setContentType("text/html; charset=utf-8")
                .setData(ByteString.copyFromUtf8("<h1>" + request.getName() + "</h1>"))
                .build();
    }

    @Override
    public Everything attachment(Everything request) {
        return seen("Attachment", request);
    }

    @Override
    public Empty nothing(Empty request) {
        return seen("Nothing", request);
    }

    @Override
    public Everything status(Everything request) {
        seen("Status", request);
        if (request.getI32() < 200 || request.getI32() > 299) {
            throw new CallException(Code.INVALID_ARGUMENT, "i32 is no status of success");
        }
        Call.current().responseHeaders().put("location", "/v1/things/" + request.getI32());
        Call.current().responseTrailers().put("x-trailer", "behind");
        Rest.status(request.getI32());
        return request;
    }

    @Override
    public Everything fail(Everything request) {
        seen("Fail", request);
        throw failure(request.getI32(), request);
    }

    private static CallException failure(int code, Everything request) {
        CallException failure = new CallException(Code.ofNumber(code).orElse(Code.UNKNOWN), "as asked")
                .withDetail(ErrorDetails.pack(
                        Everything.newBuilder().setId("detail").build()));
        return request.hasMaybe()
                ? failure.withRetryAdvice(RetryAdvice.after(Duration.ofMillis(Math.abs((long) request.getMaybe()))))
                : failure;
    }

    @Override
    public Messages<Everything> watch(Everything request) {
        seen("Watch", request);
        Call call = Call.current();
        call.onEnd(ends::add);
        return Messages.produce(sink -> {
            call.responseHeaders().put("x-late", "header");
            call.responseTrailers().put("x-trailer", "behind");
            for (int i = 0; i < Math.min(MOST, request.getI32()); i++) {
                sink.send(Everything.newBuilder().setI32(i).build());
            }
            if (request.getName().equals(WAIT)) {
                waitForTheEnd();
            }
            if (request.getS32() != 0) {
                throw failure(request.getS32(), request);
            }
        });
    }

    private static void waitForTheEnd() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the end");
        }
    }

    @Override
    public Everything collect(Messages<Everything> requests) {
        int count = 0;
        try (Messages<Everything> all = seen("Collect", requests)) {
            while (all.receive() != null) {
                count++;
            }
        }
        return Everything.newBuilder().setI32(count).build();
    }

    @Override
    public Messages<Everything> chat(Messages<Everything> requests) {
        return seen("Chat", requests);
    }

    @Override
    public Messages<HttpBody> pass(Messages<HttpBody> requests) {
        return seen("Pass", requests);
    }

    @Override
    public Everything hidden(Everything request) {
        return seen("Hidden", request);
    }
}
