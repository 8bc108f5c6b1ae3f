package dev.parley.benchmarks;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Timer;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What the core adds to a call, each next to the same work without it. {@code ./parley bench core} runs this with the
 * allocation profiler and compares.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class CoreBench {

    private static final int STREAM = 100;

    // The head of a gRPC request as grpc-java and an identity proxy send it.
    private static final String[] HEAD = {
        "content-type", "application/grpc",
        "te", "trailers",
        "user-agent", "grpc-java-netty/1.83.1",
        "grpc-accept-encoding", "gzip",
        "grpc-timeout", "14999878u",
        "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "x-request-id", "0193f2c1-7b7e-7d6c-9d7a-8d5f0f6b3c11",
        "x-user", "u-1"
    };

    private final Method method = Method.unary("shop.order.v1.OrderService", "CreateOrder");
    private final CallScope call = CallScope.builder(method).build();
    private final Handler<Integer, Integer> handler = (ignored, number) -> number;
    private final Handler<Integer, Integer> chain =
            Interceptor.chain(List.of(new First(), new Second(), new Third(), new Fourth()), handler);
    private final Metadata metadata = parse();
    private final HttpHeaders nettyHeaders = nettyParse();
    private final List<Integer> numbers = IntStream.range(0, STREAM).boxed().toList();
    private Integer request = 1_000_000;

    // --- calls: the handler alone is what the others are compared with

    @Benchmark
    public Integer handlerAlone() throws Exception {
        return handler.handle(call, request);
    }

    @Benchmark
    public Integer chainOfFour() throws Exception {
        return chain.handle(call, request);
    }

    @Benchmark
    public Integer callScopeRun() throws Exception {
        CallScope scope = CallScope.builder(method).build();
        Integer answer = scope.run(handler, request);
        scope.end(Outcome.OK);
        return answer;
    }

    @Benchmark
    public Integer callScopeRunWithDeadline() throws Exception {
        CallScope scope = CallScope.builder(method)
                .deadline(Deadline.after(Duration.ofSeconds(15)))
                .build()
                .armDeadline(Timer.system());
        Integer answer = scope.run(handler, request);
        scope.end(Outcome.OK);
        return answer;
    }

    @Benchmark
    public Integer callScopeAttempt() throws Exception {
        CallScope scope = CallScope.child(call);
        Integer answer = scope.run(handler, request);
        scope.end(Outcome.OK);
        return answer;
    }

    // --- metadata: Netty's headers are what it is compared with

    @Benchmark
    public Metadata metadataParse() {
        return parse();
    }

    @Benchmark
    public HttpHeaders nettyHeadersParse() {
        return nettyParse();
    }

    @Benchmark
    public void metadataLookup(Blackhole hole) {
        hole.consume(metadata.get("content-type"));
        hole.consume(metadata.get("grpc-timeout"));
        hole.consume(metadata.get("grpc-encoding"));
        hole.consume(metadata.get("x-user"));
    }

    @Benchmark
    public void nettyHeadersLookup(Blackhole hole) {
        hole.consume(nettyHeaders.get("content-type"));
        hole.consume(nettyHeaders.get("grpc-timeout"));
        hole.consume(nettyHeaders.get("grpc-encoding"));
        hole.consume(nettyHeaders.get("x-user"));
    }

    private static Metadata parse() {
        Metadata parsed = new Metadata();
        for (int i = 0; i < HEAD.length; i += 2) {
            parsed.add(HEAD[i], HEAD[i + 1]);
        }
        return parsed;
    }

    private static HttpHeaders nettyParse() {
        HttpHeaders parsed = new DefaultHttpHeaders();
        for (int i = 0; i < HEAD.length; i += 2) {
            parsed.add(HEAD[i], HEAD[i + 1]);
        }
        return parsed;
    }

    // --- streams, each figure per message: a plain loop is what they are compared with

    @Benchmark
    @OperationsPerInvocation(STREAM)
    public void plainLoop(Blackhole hole) {
        for (Integer number : numbers) {
            hole.consume(number);
        }
    }

    @Benchmark
    @OperationsPerInvocation(STREAM)
    public void drain(Blackhole hole) {
        Messages.from(numbers).drain(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(STREAM)
    public void drainProduced(Blackhole hole) {
        Messages.<Integer>produce(sink -> numbers.forEach(sink::send)).drain(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(STREAM)
    public void drainMapped(Blackhole hole) {
        Messages.from(numbers).map(number -> -number).drain(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(STREAM)
    public void iterate(Blackhole hole) {
        for (Integer number : Messages.from(numbers)) {
            hole.consume(number);
        }
    }

    // Four classes, as real interceptors are: with one the compiler would see through the whole chain.

    static final class First implements Interceptor {
        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            return next.handle(call, request);
        }
    }

    static final class Second implements Interceptor {
        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            return next.handle(call, request);
        }
    }

    static final class Third implements Interceptor {
        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            return next.handle(call, request);
        }
    }

    static final class Fourth implements Interceptor {
        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            return next.handle(call, request);
        }
    }
}
