package dev.parley.rpc;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * How the methods of a service are called on an implementation {@code S} of it: generated code has one as
 * {@code DEFINITION}. Immutable and thread-safe.
 */
public final class ServiceDefinition<S> {

    private final ServiceDescriptor descriptor;
    private final List<Binding<S, ?, ?>> bindings;

    private ServiceDefinition(ServiceDescriptor descriptor, List<Binding<S, ?, ?>> bindings) {
        this.descriptor = descriptor;
        this.bindings = bindings;
    }

    /** One method and how it is called. */
    record Binding<S, Q, R>(RpcMethod<Q, R> method, BiFunction<S, Q, R> body) {
        Handler<Q, R> handler(S implementation) {
            return (call, request) -> body.apply(implementation, request);
        }
    }

    /** Starts the definition of a service. */
    public static <S> Builder<S> builder(ServiceDescriptor descriptor) {
        return new Builder<>(descriptor);
    }

    /**
     * A service without generated code, all of whose methods one {@link DynamicService} answers. It is served like any
     * other: by all protocols, with REST where the contract says so, reflected, with its required fields checked.
     */
    public static ServiceDefinition<DynamicService> dynamic(ServiceDescriptor descriptor) {
        Builder<DynamicService> definition = builder(descriptor);
        for (MethodDescriptor method : descriptor.getMethods()) {
            bindDynamic(definition, RpcMethod.dynamic(method));
        }
        return definition.build();
    }

    @SuppressWarnings("unchecked") // the kind says which of Q and R are streams
    private static <Q, R> void bindDynamic(Builder<DynamicService> definition, RpcMethod<Q, R> method) {
        definition.method(method, (service, request) -> {
            Messages<Message> requests =
                    method.kind().clientStreams() ? (Messages<Message>) request : Messages.of((Message) request);
            Messages<? extends Message> responses = service.call(method, requests);
            return (R) (method.kind().serverStreams() ? responses : one(method, responses));
        });
    }

    private static Message one(RpcMethod<?, ?> method, Messages<? extends Message> responses) {
        try (responses) {
            Message response = responses.receive();
            if (response == null || responses.receive() != null) {
                throw new CallException(
                        Code.INTERNAL,
                        method + " answers with one message, but returned " + (response == null ? "none" : "more"));
            }
            return response;
        }
    }

    /** What the .proto file says. */
    public ServiceDescriptor descriptor() {
        return descriptor;
    }

    List<Binding<S, ?, ?>> bindings() {
        return bindings;
    }

    @Override
    public String toString() {
        return descriptor.getFullName();
    }

    /** Collects the methods of a service. Not thread-safe. */
    public static final class Builder<S> {
        private final ServiceDescriptor descriptor;
        private final List<Binding<S, ?, ?>> bindings = new ArrayList<>();

        private Builder(ServiceDescriptor descriptor) {
            this.descriptor = descriptor;
        }

        /**
         * Binds {@code method} to {@code body}, as a rule a reference to the interface's method.
         *
         * @throws IllegalArgumentException if the method is another service's, or bound already
         */
        public <Q, R> Builder<S> method(RpcMethod<Q, R> method, BiFunction<S, Q, R> body) {
            if (!method.method().service().equals(descriptor.getFullName())) {
                throw new IllegalArgumentException(method + " is not a method of " + descriptor.getFullName());
            }
            if (bindings.stream().anyMatch(other -> other.method().path().equals(method.path()))) {
                throw new IllegalArgumentException(method + " is bound twice");
            }
            bindings.add(new Binding<>(method, body));
            return this;
        }

        /** The definition. A method that was not bound is answered with {@code UNIMPLEMENTED}. */
        public ServiceDefinition<S> build() {
            return new ServiceDefinition<>(descriptor, List.copyOf(bindings));
        }
    }
}
