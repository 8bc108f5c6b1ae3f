package dev.parley.rpc;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import dev.parley.Messages;

public record RpcMethod<Q, R>(String kind, MethodDescriptor descriptor, Message request, Message response) {
    public static <Q extends Message, R extends Message> RpcMethod<Q, R> unary(
            MethodDescriptor method, Q request, R response) {
        return new RpcMethod<>("unary", method, request, response);
    }

    public static <Q extends Message, R extends Message> RpcMethod<Q, Messages<R>> serverStreaming(
            MethodDescriptor method, Q request, R response) {
        return new RpcMethod<>("serverStreaming", method, request, response);
    }

    public static <Q extends Message, R extends Message> RpcMethod<Messages<Q>, R> clientStreaming(
            MethodDescriptor method, Q request, R response) {
        return new RpcMethod<>("clientStreaming", method, request, response);
    }

    public static <Q extends Message, R extends Message> RpcMethod<Messages<Q>, Messages<R>> bidiStreaming(
            MethodDescriptor method, Q request, R response) {
        return new RpcMethod<>("bidiStreaming", method, request, response);
    }

    public static RuntimeException unimplemented(RpcMethod<?, ?> method) {
        return new UnsupportedOperationException(method.descriptor().getFullName());
    }
}
