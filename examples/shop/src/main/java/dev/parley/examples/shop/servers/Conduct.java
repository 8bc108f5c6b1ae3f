package dev.parley.examples.shop.servers;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.examples.shop.member.v1.GetMemberRequest;
import dev.parley.examples.shop.member.v1.MemberService;
import dev.parley.examples.shop.member.v1.MemberState;
import dev.parley.examples.shop.member.v1.MisbehaveRequest;
import dev.parley.examples.shop.member.v1.MisbehaveResponse;
import dev.parley.examples.shop.simulation.Simulation;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** Counts the calls of one service, and makes it misbehave on request. */
final class Conduct implements Interceptor, MemberService {

    private final String service;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong running = new AtomicLong();
    private volatile IntSupplier connections = () -> 0;
    private volatile Simulation simulation = Simulation.NONE;

    /** Of the service with this full name; all others on the server are left alone. */
    Conduct(String service) {
        this.service = service;
    }

    /** Tells of the connections to its server from now on. */
    void count(IntSupplier open) {
        connections = open;
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        if (call.method().service().equals(service)) {
            calls.incrementAndGet();
            running.incrementAndGet();
            call.onEnd(outcome -> running.decrementAndGet());
            simulation.play();
        }
        return next.handle(call, request);
    }

    @Override
    public MemberState getMember(GetMemberRequest request) {
        return MemberState.newBuilder()
                .setCalls(calls.get())
                .setRunning(running.get())
                .setConnections(connections.getAsInt())
                .build();
    }

    @Override
    public MisbehaveResponse misbehave(MisbehaveRequest request) {
        simulation = new Simulation(Duration.ofMillis(request.getDelayMs()), request.getFails());
        return MisbehaveResponse.getDefaultInstance();
    }
}
