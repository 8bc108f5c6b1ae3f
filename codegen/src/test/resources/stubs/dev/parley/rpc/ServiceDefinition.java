package dev.parley.rpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.LinkedHashMap;
import java.util.Map;

public record ServiceDefinition<S>(ServiceDescriptor service, Map<RpcMethod<?, ?>, Body<S, ?, ?>> methods) {
    @FunctionalInterface
    public interface Body<S, Q, R> {
        R call(S implementation, Q request) throws Exception;
    }

    public static <S> Builder<S> builder(ServiceDescriptor service) {
        return new Builder<>(service, new LinkedHashMap<>());
    }

    public record Builder<S>(ServiceDescriptor service, Map<RpcMethod<?, ?>, Body<S, ?, ?>> methods) {
        public <Q, R> Builder<S> method(RpcMethod<Q, R> method, Body<S, Q, R> body) {
            methods.put(method, body);
            return this;
        }

        public ServiceDefinition<S> build() {
            return new ServiceDefinition<>(service, methods);
        }
    }
}
