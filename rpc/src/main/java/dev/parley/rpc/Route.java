package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.chain.Chain;
import dev.parley.http.HttpRequest;
import java.util.List;

/** A method as a server serves it: what it is, and its implementation behind all interceptors, chained once. */
record Route<Q, R>(RpcMethod<Q, R> method, Handler<Q, R> handler, int maxMessageBytes) {

    /** What stands in front of validation: the chain, and behind it the interceptors. */
    record InFront(Chain chain, List<Interceptor> interceptors) {

        static final InFront NOTHING = new InFront(Chain.empty(), List.of());

        <Q, R> Handler<Q, R> of(Method method, Handler<Q, R> handler) {
            return chain.around(method, Interceptor.chain(interceptors, handler));
        }
    }

    /** A method behind {@code inFront}, with required fields checked and nothing else in front of it. */
    static <S, Q, R> Route<Q, R> of(
            ServiceDefinition.Binding<S, Q, R> binding, S implementation, InFront inFront, int limit) {
        return of(binding, implementation, inFront, Validation.requiredFieldsOnly(), List.of(), limit);
    }

    /** {@code innermost} stands behind validation, so that it sees no request that the implementation would not. */
    static <S, Q, R> Route<Q, R> of(
            ServiceDefinition.Binding<S, Q, R> binding,
            S implementation,
            InFront inFront,
            Validation validation,
            List<? extends Interceptor> innermost,
            int limit) {
        // Validation stands behind the interceptors: who may not call is told that, and not what is missing.
        RequestCheck check = validation.of(binding.method());
        Handler<Q, R> handler = Interceptor.chain(innermost, binding.handler(implementation));
        Handler<Q, R> validated = check == null ? handler : validated(binding.method(), check, handler);
        return new Route<>(binding.method(), inFront.of(binding.method().method(), validated), limit);
    }

    private static <Q, R> Handler<Q, R> validated(RpcMethod<Q, R> method, RequestCheck check, Handler<Q, R> handler) {
        if (!method.kind().clientStreams()) {
            return (call, request) -> {
                check.check((Message) request);
                return handler.handle(call, request);
            };
        }
        return (call, request) -> handler.handle(call, checkedEach(check, request));
    }

    @SuppressWarnings("unchecked") // a method whose client streams has Messages<M> for Q
    private static <Q> Q checkedEach(RequestCheck check, Q request) {
        Messages<Message> messages = (Messages<Message>) request;
        return (Q) messages.map(message -> {
            check.check(message);
            return message;
        });
    }

    /** Reads the request by {@code protocol} and hands it in. */
    @SuppressWarnings("unchecked") // the prototype and the kind, which the protocol reads by, are those of Q
    R call(dev.parley.Call call, Protocol protocol, HttpRequest request) throws Exception {
        Object received = protocol.read(this, call, request);
        if (received instanceof Messages<?> requests) {
            // However the call ends, nobody reads on: whoever follows the requests hears of it.
            call.onEnd(outcome -> requests.close());
        }
        return handler.handle(call, (Q) received);
    }

    @Override
    public String toString() {
        return method.toString();
    }
}
