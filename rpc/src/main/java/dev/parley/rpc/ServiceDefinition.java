package dev.parley.rpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.parley.Handler;
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
