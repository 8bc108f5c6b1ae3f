package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterceptorTest {

    private final List<String> log = new ArrayList<>();

    /** Notes when it is passed, there and back. */
    private Interceptor named(String name) {
        return new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                log.add(name + " in");
                try {
                    return next.handle(call, request);
                } finally {
                    log.add(name + " out");
                }
            }
        };
    }

    /** A generic method, as a method reference stands for an interceptor. */
    private <Q, R> R counted(Call call, Q request, Handler<Q, R> next) throws Exception {
        log.add("counted " + call.method());
        return next.handle(call, request);
    }

    /** Follows streams to their end, which try/finally cannot. */
    private <Q, R> R followed(Call call, Q request, Handler<Q, R> next) throws Exception {
        call.onEnd(outcome -> log.add("call " + (outcome.isOk() ? "ok" : "failed")));
        R response = next.handle(call, request);
        if (response instanceof Messages<?> messages) {
            messages.onClose(outcome -> log.add("stream " + (outcome.isOk() ? "ok" : "failed")));
        }
        log.add("returned");
        return response;
    }

    @Test
    void firstIsOutermost() throws Exception {
        Handler<String, String> chain = Interceptor.chain(List.of(named("a"), named("b")), (call, request) -> {
            log.add("handler");
            return request;
        });
        assertThat(Calls.call().run(chain, "q")).isEqualTo("q");
        assertThat(log).containsExactly("a in", "b in", "handler", "b out", "a out");
    }

    @Test
    void emptyChainIsTheHandlerItself() {
        Handler<String, String> handler = (call, request) -> request;
        assertThat(Interceptor.chain(List.of(), handler)).isSameAs(handler);
    }

    @Test
    void methodReferenceStandsForOneAndFitsEveryType() throws Exception {
        List<Interceptor> chain = List.of(this::counted);
        Handler<String, Integer> length = (call, text) -> text.length();
        Handler<Integer, Messages<Integer>> row = (call, n) -> Messages.of(n, n);
        assertThat(Calls.call().run(Interceptor.chain(chain, length), "four")).isEqualTo(4);
        assertThat(Calls.call().run(Interceptor.chain(chain, row), 7).toList(9)).containsExactly(7, 7);
        assertThat(log).containsExactly("counted test.Service/Do", "counted test.Service/Do");
    }

    @Test
    void followingAStreamSeesItsEndAndNotTheReturn() throws Exception {
        Interceptor follow = this::followed;
        Handler<String, Messages<String>> rows = follow.before((call, request) -> Messages.of("a", "b"));
        CallScope scope = Calls.call();
        Messages<String> stream = scope.run(rows, "q");
        stream.receive();
        assertThat(log).containsExactly("returned");
        stream.close();
        scope.end(Outcome.OK);
        assertThat(log).containsExactly("returned", "stream failed", "call ok");
    }
}
