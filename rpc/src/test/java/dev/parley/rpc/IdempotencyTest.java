package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.IdempotencyStore;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.RetryAdvice;
import dev.parley.chain.Chain;
import dev.parley.http.HttpException;
import dev.parley.rpc.till.PayRequest;
import dev.parley.rpc.till.Receipt;
import dev.parley.rpc.till.TillService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class IdempotencyTest {

    private final AtomicInteger payments = new AtomicInteger();
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Counts, so that whoever runs twice is found out. */
    private final TillService till = new TillService() {
        @Override
        public Receipt pay(PayRequest request) {
            int number = payments.incrementAndGet();
            Call call = Call.current();
            call.responseHeaders().add("x-head", "h" + number).add("set-cookie", "a=b");
            call.responseTrailers().add("x-trail", "t" + number);
            Rest.status(201);
            if (request.getWait()) {
                waiting.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    stopped.countDown();
                    throw CallException.interrupted(e, "the test");
                }
            }
            Code.ofNumber(request.getFailWith()).ifPresent(code -> {
                throw new CallException(code, "as asked, " + number).withDetail(ErrorDetails.pack(request));
            });
            if (request.getFailWith() == 413) {
                throw new HttpException(413, Code.RESOURCE_EXHAUSTED, "too large");
            }
            if (request.getFailWith() == 410) {
                throw new HttpException(410, Code.NOT_FOUND, "gone, " + number);
            }
            return Receipt.newBuilder()
                    .setNumber(number)
                    .setFilling(ByteString.copyFrom(new byte[request.getBytes()]))
                    .build();
        }

        @Override
        public Receipt refund(PayRequest request) {
            return pay(request);
        }

        @Override
        public Receipt look(PayRequest request) {
            return pay(request);
        }

        @Override
        public Receipt payAll(Messages<PayRequest> requests) {
            return pay(PayRequest.getDefaultInstance());
        }
    };

    /** Takes the caller's word for it. */
    private static final Interceptor AUTHENTICATION = new Interceptor() {
        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            call.requestHeaders().get("x-user").ifPresent(name -> call.principal(() -> name));
            call.responseHeaders().add("x-outer", "o");
            return next.handle(call, request);
        }
    };

    private RpcServer server = serve(IdempotencyStore.inMemory());

    private RpcServer serve(IdempotencyStore store) {
        return RpcServer.builder()
                .service(TillService.DEFINITION, till)
                .interceptors(List.of(AUTHENTICATION))
                .idempotency(store)
                .start();
    }

    private void use(IdempotencyStore store) {
        server.close();
        server = serve(store);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        server.close();
    }

    private TillService.Client client(RpcProtocol protocol) {
        return TillService.client(Channel.builder("http://127.0.0.1:" + server.port())
                .protocol(protocol)
                .chain(Chain.empty()) // the test repeats calls itself
                .build());
    }

    private static PayRequest amount(long amount) {
        return PayRequest.newBuilder().setAmount(amount).build();
    }

    private static CallOptions key(String key) {
        return CallOptions.defaults().withIdempotencyKey(key);
    }

    @ParameterizedTest
    @EnumSource(RpcProtocol.class)
    void aRepeatIsAnsweredFromWhatWasKept(RpcProtocol protocol) {
        TillService.Client client = client(protocol);
        ResponseMetadata first = new ResponseMetadata();
        ResponseMetadata second = new ResponseMetadata();
        Receipt receipt =
                client.with(key("k \"1\"").withResponseMetadata(first)).pay(amount(5));
        assertThat(client.with(key("k \"1\"").withResponseMetadata(second)).pay(amount(5)))
                .isEqualTo(receipt);
        assertThat(payments).hasValue(1);

        assertThat(first.headers().contains(Idempotency.REPLAYED)).isFalse();
        assertThat(first.headers().getAll("x-head")).containsExactly("h1");
        assertThat(first.headers().getAll("set-cookie")).containsExactly("a=b");
        assertThat(second.headers().getAll(Idempotency.REPLAYED)).containsExactly("true");
        assertThat(second.headers().getAll("x-head")).containsExactly("h1");
        assertThat(second.headers().getAll("x-outer")).containsExactly("o");
        assertThat(second.headers().getAll("set-cookie")).isEmpty();
        // REST has no trailers: they come as headers.
        assertThat((protocol == RpcProtocol.REST ? second.headers() : second.trailers()).getAll("x-trail"))
                .containsExactly("t1");
    }

    @Test
    void aRepeatByAnotherProtocolIsTheSameCall() throws Exception {
        PayRequest request = PayRequest.newBuilder()
                .setAmount(5)
                .putNotes("b", "2")
                .putNotes("a", "1")
                .build();
        Receipt receipt = client(RpcProtocol.GRPC).with(key("k1")).pay(request);
        assertThat(client(RpcProtocol.CONNECT).with(key("k1")).pay(request)).isEqualTo(receipt);

        RpcHandler handler = RpcHandler.builder()
                .service(TillService.DEFINITION, till)
                .idempotency(IdempotencyStore.inMemory())
                .build();
        Requests rest = new Requests(handler);
        Channel.inProcess(handler).call(method("Pay"), key("k2"), request);
        Requests.Answer answer = send(rest, "\"k2\"", "{\"notes\": {\"a\": \"1\", \"b\": \"2\"}, \"amount\": \"5\"}");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header(Idempotency.REPLAYED)).isEqualTo("true");
        assertThat(answer.header("x-trail")).isEqualTo("t2");
        assertThat(payments).hasValue(2);
    }

    private static Requests.Answer send(Requests rest, String key, String json) throws Exception {
        return rest.send(
                "POST",
                "/v1/payments",
                Metadata.of("content-type", "application/json", "idempotency-key", key),
                json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @SuppressWarnings("unchecked")
    private static RpcMethod<PayRequest, Receipt> method(String name) {
        return (RpcMethod<PayRequest, Receipt>) TillService.DEFINITION.bindings().stream()
                .map(ServiceDefinition.Binding::method)
                .filter(method -> method.method().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aKeyIsForOneCallerMethodAndRequest() throws Exception {
        TillService.Client client = client(RpcProtocol.GRPC);
        assertThat(client.with(key("k")).pay(amount(5)).getNumber()).isEqualTo(1);
        assertThat(client.with(key("k")).refund(amount(5)).getNumber()).isEqualTo(2);
        assertThat(client.with(key("k").withHeader("x-user", "ada"))
                        .pay(amount(5))
                        .getNumber())
                .isEqualTo(3);
        assertThat(client.with(key("k").withHeader("x-user", "bob"))
                        .pay(amount(5))
                        .getNumber())
                .isEqualTo(4);
        assertThat(client.with(key("k").withHeader("x-user", "ada"))
                        .pay(amount(5))
                        .getNumber())
                .isEqualTo(3);
        CallException error = failure(() -> client.with(key("k")).pay(amount(6)));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.message()).contains("Idempotency-Key").contains("another request");
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
        assertThat(client.pay(amount(6)).getNumber()).isEqualTo(5);
        assertThat(client.pay(amount(6)).getNumber()).isEqualTo(6);
    }

    @Test
    void restSaysItByStatus() throws Exception {
        Requests rest = new Requests(RpcHandler.builder()
                .service(TillService.DEFINITION, till)
                .idempotency(IdempotencyStore.inMemory())
                .build());
        send(rest, "k", "{\"amount\": 5}");
        Requests.Answer mismatch = send(rest, "k", "{\"amount\": 6}");
        assertThat(mismatch.status()).isEqualTo(422);
        assertThat(mismatch.text()).contains("Unprocessable Content").contains("INVALID_ARGUMENT");

        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Requests.Answer> first = thread.submit(() -> send(rest, "w", "{\"wait\": true}"));
            assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
            Requests.Answer conflict = send(rest, "\"w\"", "{\"wait\": true}");
            assertThat(conflict.status()).isEqualTo(409);
            assertThat(conflict.header("retry-after")).isEqualTo("1");
            assertThat(conflict.text()).contains("ABORTED");
            goOn.countDown();
            assertThat(first.get().status()).isEqualTo(201);
        }
        Requests.Answer gone = send(rest, "g", "{\"failWith\": 410}");
        Requests.Answer goneAgain = send(rest, "g", "{\"failWith\": 410}");
        assertThat(goneAgain.status()).isEqualTo(gone.status()).isEqualTo(410);
        assertThat(goneAgain.text()).isEqualTo(gone.text());
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void errorsThatARepeatWouldMeetAgainAreKept(Code code) {
        boolean kept = Idempotency.isKept(code);
        TillService.Client client = client(RpcProtocol.CONNECT);
        PayRequest request = PayRequest.newBuilder().setFailWith(code.number()).build();
        CallException first = failure(() -> client.with(key("k")).pay(request));
        CallException second = failure(() -> client.with(key("k")).pay(request));
        assertThat(first.message()).isEqualTo("as asked, 1");
        assertThat(second.code()).isEqualTo(code);
        assertThat(second.message()).isEqualTo(kept ? "as asked, 1" : "as asked, 2");
        assertThat(second.details()).isEqualTo(first.details());
        assertThat(second.metadata().contains(Idempotency.REPLAYED)).isEqualTo(kept);
    }

    @Test
    void aRepeatWhileTheFirstRunsIsToldToComeBack() throws Exception {
        TillService.Client client = client(RpcProtocol.GRPC);
        PayRequest request = PayRequest.newBuilder().setWait(true).build();
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Receipt> first = thread.submit(() -> client.with(key("k")).pay(request));
            assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
            CallException busy = failure(() -> client.with(key("k")).pay(request));
            assertThat(busy.code()).isEqualTo(Code.ABORTED);
            assertThat(busy.retryAdvice()).isEqualTo(RetryAdvice.after(Duration.ofSeconds(1)));
            goOn.countDown();
            assertThat(first.get().getNumber()).isEqualTo(1);
        }
        assertThat(client.with(key("k")).pay(request).getNumber()).isEqualTo(1);
    }

    @Test
    void ofManyAtOnceOneRuns() throws Exception {
        TillService.Client client = client(RpcProtocol.GRPC);
        int many = 40;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < many; i++) {
                answers.add(threads.submit(() -> {
                    start.await();
                    while (true) {
                        try {
                            return client.with(key("k")).pay(amount(1)).getNumber();
                        } catch (CallException e) {
                            assertThat(e.code()).isEqualTo(Code.ABORTED);
                        }
                    }
                }));
            }
            start.countDown();
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(1);
            }
        }
        assertThat(payments).hasValue(1);
    }

    @Test
    void aCancelledCallFreesItsKey() throws Exception {
        TillService.Client client = client(RpcProtocol.GRPC);
        PayRequest request = PayRequest.newBuilder().setWait(true).build();
        CallException late = failure(
                () -> client.with(key("k").withTimeout(Duration.ofSeconds(1))).pay(request));
        assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        // The server's own deadline comes a moment after the client's; before that, the call could still end well.
        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        goOn.countDown();
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) { // the key is free a moment after that
            try {
                assertThat(client.with(key("k")).pay(request).getNumber()).isEqualTo(2);
                return;
            } catch (CallException busy) {
                assertThat(busy.code()).isEqualTo(Code.ABORTED);
                assertThat(System.nanoTime()).isLessThan(until);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a b | without quotes has a character at index 1",
                "\"a | has no closing quote",
                "\"a\"; b=1 | has something behind its closing quote",
                "\"a\\b\" | has a backslash in front of something else",
                "\"\" | has 0 characters",
                "a,b | without quotes has a character at index 1",
                "\u00e4 | without quotes has a character at index 0",
            })
    void aMalformedKeyIsRefused(String value, String message) {
        TillService.Client client = client(RpcProtocol.GRPC);
        CallException error = failure(() -> client.with(CallOptions.defaults().withHeader("idempotency-key", value))
                .pay(amount(1)));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.message()).startsWith("Idempotency-Key ").contains(message);
        assertThat(payments).hasValue(0);
    }

    @Test
    void aKeyHasALengthAndStandsOnce() {
        TillService.Client client = client(RpcProtocol.GRPC);
        String longest = "x".repeat(255);
        client.with(key(longest)).pay(amount(1));
        assertThat(client.with(CallOptions.defaults().withHeader("idempotency-key", longest))
                        .pay(amount(1))
                        .getNumber())
                .as("quoted and bare are the same")
                .isEqualTo(1);
        assertThat(failure(() -> client.with(CallOptions.defaults().withHeader("idempotency-key", longest + "x"))
                                .pay(amount(1)))
                        .message())
                .contains("256");
        assertThat(failure(() -> client.with(key("a").withHeader("idempotency-key", "b"))
                                .pay(amount(1)))
                        .message())
                .contains("2 times");
        assertThatThrownBy(() -> key(longest + "x")).hasMessageContaining("256");
        assertThatThrownBy(() -> key("")).hasMessageContaining("0");
        assertThatThrownBy(() -> key("a\u00e4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("U+00E4 at index 1");
    }

    @Test
    void readsNeedNoKeyAndStreamsHaveNone() {
        TillService.Client client = client(RpcProtocol.GRPC);
        assertThat(client.with(key("k")).look(amount(1)).getNumber()).isEqualTo(1);
        assertThat(client.with(key("k")).look(amount(1)).getNumber()).isEqualTo(2);
        CallException error = failure(() -> client.with(key("k")).payAll(Messages.of(amount(1))));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.message()).contains("streams");
    }

    @Test
    void anAnswerTooLargeToBeKeptIsNotRunAgain() {
        use(IdempotencyStore.inMemory(10, 10_000, Duration.ofHours(1)));
        TillService.Client client = client(RpcProtocol.GRPC);
        PayRequest large = PayRequest.newBuilder().setBytes(20_000).build();
        assertThat(client.with(key("k")).pay(large).getNumber()).isEqualTo(1);
        CallException spent = failure(() -> client.with(key("k")).pay(large));
        assertThat(spent.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(spent.message()).contains("too large to be kept");
        assertThat(payments).hasValue(1);
    }

    @Test
    void aFullStoreRefusesToRun() {
        use(IdempotencyStore.inMemory(1, 10_000, Duration.ofHours(1)));
        TillService.Client client = client(RpcProtocol.GRPC);
        client.with(key("a")).pay(amount(1));
        CallException full = failure(() -> client.with(key("b")).pay(amount(1)));
        assertThat(full.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(full.message()).contains("maxKeys");
        assertThat(payments).hasValue(1);
    }

    /** A store that fails when it is told to. */
    private static final class Failing implements IdempotencyStore {
        private final IdempotencyStore sound = IdempotencyStore.inMemory();
        private final AtomicReference<String> fault = new AtomicReference<>("");
        private final AtomicInteger times = new AtomicInteger(Integer.MAX_VALUE);

        private void failIf(String what) {
            if (fault.get().equals(what) && times.getAndDecrement() > 0) {
                throw new IllegalStateException("the disk is gone");
            }
        }

        @Override
        public Claim claim(Key key, byte[] fingerprint, Duration lease) {
            failIf("claim");
            return sound.claim(key, fingerprint, fault.get().equals("short lease") ? Duration.ofNanos(1) : lease);
        }

        @Override
        public boolean complete(Key key, String token, byte[] answer) {
            failIf("complete");
            return sound.complete(key, token, answer);
        }

        @Override
        public boolean abandon(Key key, String token) {
            failIf("complete");
            return sound.abandon(key, token);
        }
    }

    @Test
    void aStoreThatFailsKeepsTheCallFromRunning() {
        Failing store = new Failing();
        use(store);
        TillService.Client client = client(RpcProtocol.GRPC);
        store.fault.set("claim");
        CallException error = failure(() -> client.with(key("k")).pay(amount(1)));
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(error.message()).contains("has not run").doesNotContain("disk");
        assertThat(payments).hasValue(0);
        assertThat(client.pay(amount(1)).getNumber()).as("without a key").isEqualTo(1);
        store.fault.set("");
        assertThat(client.with(key("k")).pay(amount(1)).getNumber()).isEqualTo(2);
    }

    @Test
    void aStoreThatFailsAfterwardsIsTriedAgainAndThenTheAnswerStands() {
        Failing store = new Failing();
        use(store);
        TillService.Client client = client(RpcProtocol.GRPC);
        store.fault.set("complete");
        store.times.set(1);
        assertThat(client.with(key("a")).pay(amount(1)).getNumber()).isEqualTo(1);
        assertThat(client.with(key("a")).pay(amount(1)).getNumber()).isEqualTo(1);
        store.times.set(Integer.MAX_VALUE);
        assertThat(client.with(key("b")).pay(amount(1)).getNumber()).isEqualTo(2);
        assertThat(failure(() -> client.with(key("b")).pay(amount(1))).code())
                .as("not run again as long as the lease holds")
                .isEqualTo(Code.ABORTED);
    }

    @Test
    void aRunThatDidNotEndIsTakenOverOnceItsLeaseIsOver() {
        Failing store = new Failing();
        use(store);
        TillService.Client client = client(RpcProtocol.GRPC);
        store.fault.set("short lease");
        store.sound.claim(
                new IdempotencyStore.Key("parley.test.v1.TillService/Pay", "", "k"),
                sha256(amount(1)),
                Duration.ofNanos(1));
        assertThat(client.with(key("k")).pay(amount(1)).getNumber()).isEqualTo(1);
        assertThat(client.with(key("k")).pay(amount(1)).getNumber()).isEqualTo(1);
    }

    private static byte[] sha256(PayRequest request) {
        try {
            return java.security.MessageDigest.getInstance("SHA-256").digest(request.toByteArray());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aKeyMakesACallIdempotentForWhatRepeatsIt() {
        List<Method> called = new ArrayList<>();
        Interceptor watching = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                called.add(call.method());
                return next.handle(call, request);
            }
        };
        TillService.Client client = TillService.client(Channel.builder("http://127.0.0.1:" + server.port())
                .interceptors(List.of(watching))
                .build());
        client.pay(amount(1));
        client.with(key("k")).pay(amount(1));
        assertThat(called).extracting(Method::isIdempotent).containsExactly(false, true);
        assertThat(called).extracting(Method::fullName).containsOnly("parley.test.v1.TillService/Pay");
    }

    @Test
    void itCanStandWhereTheUserPutsIt() {
        RpcHandler handler = RpcHandler.builder()
                .service(TillService.DEFINITION, till)
                .interceptors(List.of(
                        AUTHENTICATION, Idempotency.of(IdempotencyStore.inMemory(), List.of(TillService.DEFINITION))))
                .build();
        TillService.Client client = TillService.client(Channel.inProcess(handler));
        client.with(key("k")).pay(amount(1));
        assertThat(client.with(key("k")).pay(amount(1)).getNumber()).isEqualTo(1);
    }

    private static CallException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOf(CallException.class)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.type(CallException.class))
                .actual();
    }
}
