package dev.parley.chain;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.http.Body;
import dev.parley.http.Exchange;
import dev.parley.http.ExchangeFilter;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.http.Verdict;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.spec.Lane;
import dev.parley.resilience.spec.Until;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Each call is an HTTP request through a policy's filter, to a server on loopback. */
final class EventLoopLane implements Lane {

    private static final String ID = "x-call";
    private static final Pattern DETAIL = Pattern.compile("\"detail\":\"(.*)\"}");

    private final Map<String, Exchanged> calls = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final HttpClient client = HttpClient.create();
    private final HttpServer server;

    EventLoopLane(ExchangeFilter policy) {
        this.server = HttpServer.builder()
                .handler((call, request) ->
                        exchanged(request.headers().get(ID).orElseThrow()).handle())
                .filters(List.of(new Ends(), policy))
                .start();
    }

    private Exchanged exchanged(String id) {
        Exchanged call = calls.get(id);
        if (call == null) {
            throw new AssertionError("the server got a request that nobody sent: " + id);
        }
        return call;
    }

    @Override
    public Started start(String method) {
        String id = Integer.toString(ids.incrementAndGet());
        Exchanged call = new Exchanged(method);
        calls.put(id, call);
        HttpRequest request = HttpRequest.of("GET", "127.0.0.1:" + server.port(), "/spec.Service/" + method);
        request.headers().add(ID, id);
        Thread.ofVirtual().name("spec-client").start(() -> call.send(request));
        return call;
    }

    @Override
    public void close() {
        calls.values().forEach(call -> call.scope.cancel(new CallException(Code.CANCELLED, "the test is over")));
        client.close();
        server.close();
    }

    /** Stands in front of the policy, so that it is told of an end behind it. */
    private final class Ends implements ExchangeFilter {
        @Override
        public Verdict request(Exchange exchange) {
            return Verdict.proceed();
        }

        @Override
        public void ended(Exchange exchange, Outcome outcome) {
            exchange.requestHeader(ID).ifPresent(id -> exchanged(id).policyKnows.countDown());
        }
    }

    /** What the client got. */
    private record Answer(int status, String text) {}

    private final class Exchanged implements Started {
        private final CallScope scope;
        private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch reachedOrOver = new CountDownLatch(1);
        private final CountDownLatch policyKnows = new CountDownLatch(1);
        private final CompletableFuture<Answer> over = new CompletableFuture<>();

        Exchanged(String method) {
            this.scope = CallScope.builder(Method.unary("spec.Service", method)).build();
        }

        void send(HttpRequest request) {
            try {
                over.complete(scope.run(this::talk, request));
            } catch (Throwable thrown) {
                over.completeExceptionally(thrown);
            } finally {
                scope.end(Outcome.OK);
                reachedOrOver.countDown();
            }
        }

        private Answer talk(Call call, HttpRequest request) throws Exception {
            HttpResponse response = client.handle(call, request);
            return new Answer(response.status(), new String(response.body().readAll(), StandardCharsets.UTF_8));
        }

        HttpResponse handle() throws InterruptedException {
            reached.countDown();
            reachedOrOver.countDown();
            try {
                return answer.get();
            } catch (ExecutionException e) {
                throw (CallException) e.getCause();
            }
        }

        @Override
        public void awaitHandler() {
            await(reachedOrOver, "reached its handler or ended");
            if (!reached()) {
                throw new AssertionError("expected the handler to have the call, but it ended: " + answered());
            }
        }

        @Override
        public Refusal awaitRefusal() {
            await(reachedOrOver, "reached its handler or ended");
            if (reached()) {
                throw new AssertionError("expected the call to be refused, but the handler has it");
            }
            return awaitError();
        }

        @Override
        public Refusal awaitError() {
            Answer got = answered();
            Matcher detail = DETAIL.matcher(got.text());
            if (got.status() < 400 || !detail.find()) {
                throw new AssertionError("expected an error, but got " + got);
            }
            return new Refusal(HttpException.codeOf(got.status()), detail.group(1));
        }

        @Override
        public boolean reached() {
            return reached.getCount() == 0;
        }

        @Override
        public void succeed() {
            answer.complete(new HttpResponse(200, new Metadata(), Body.of("done".getBytes(StandardCharsets.UTF_8))));
            answered();
            awaitPolicy();
        }

        @Override
        public void fail(Code code) {
            fail(new CallException(code, "so the test says"));
        }

        @Override
        public void reject() {
            fail(new Bulkhead("inner", BulkheadPolicy.defaults()).rejection());
        }

        private void fail(CallException error) {
            answer.completeExceptionally(error);
            answered();
            awaitPolicy();
        }

        @Override
        public void cancel() {
            scope.cancel(new CallException(Code.CANCELLED, "the caller left"));
            awaitPolicy();
        }

        private void awaitPolicy() {
            await(policyKnows, "ended at the server");
        }

        private Answer answered() {
            try {
                return over.get(Until.patience().toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("the call was not answered", e);
            }
        }

        private static void await(CountDownLatch latch, String what) {
            try {
                if (!latch.await(Until.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("the call has not " + what);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
