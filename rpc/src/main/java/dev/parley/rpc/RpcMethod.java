package dev.parley.rpc;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Method;

/**
 * A method of a protobuf service with its Java types: what generated code has a constant of for each method. Immutable
 * and thread-safe; two are the same only if they are the same object.
 *
 * @param <Q> the request message, or {@link Messages} of it if the client streams
 * @param <R> the response message, or {@link Messages} of it if the server streams
 */
@SuppressWarnings("UnusedTypeParameter") // they tie a channel's call to its request and response
public final class RpcMethod<Q, R> {

    private final Method method;
    private final MethodDescriptor descriptor;
    private final Message requestPrototype;
    private final Message responsePrototype;
    private final String path;

    private RpcMethod(Method.Kind kind, MethodDescriptor descriptor, Message request, Message response) {
        if (kind.clientStreams() != descriptor.isClientStreaming()
                || kind.serverStreams() != descriptor.isServerStreaming()) {
            throw new IllegalArgumentException(descriptor.getFullName() + " is not " + kind + " in its .proto file");
        }
        this.method =
                new Method(descriptor.getService().getFullName(), descriptor.getName(), kind, idempotency(descriptor));
        this.descriptor = descriptor;
        this.requestPrototype = request;
        this.responsePrototype = response;
        this.path = '/' + method.fullName();
    }

    /**
     * One request, one response.
     *
     * @throws IllegalArgumentException if the descriptor says otherwise
     */
    public static <Q extends Message, R extends Message> RpcMethod<Q, R> unary(
            MethodDescriptor descriptor, Q request, R response) {
        return new RpcMethod<>(Method.Kind.UNARY, descriptor, request, response);
    }

    /**
     * One request, a stream of responses.
     *
     * @throws IllegalArgumentException if the descriptor says otherwise
     */
    public static <Q extends Message, R extends Message> RpcMethod<Q, Messages<R>> serverStreaming(
            MethodDescriptor descriptor, Q request, R response) {
        return new RpcMethod<>(Method.Kind.SERVER_STREAMING, descriptor, request, response);
    }

    /**
     * A stream of requests, one response.
     *
     * @throws IllegalArgumentException if the descriptor says otherwise
     */
    public static <Q extends Message, R extends Message> RpcMethod<Messages<Q>, R> clientStreaming(
            MethodDescriptor descriptor, Q request, R response) {
        return new RpcMethod<>(Method.Kind.CLIENT_STREAMING, descriptor, request, response);
    }

    /**
     * A stream each way.
     *
     * @throws IllegalArgumentException if the descriptor says otherwise
     */
    public static <Q extends Message, R extends Message> RpcMethod<Messages<Q>, Messages<R>> bidiStreaming(
            MethodDescriptor descriptor, Q request, R response) {
        return new RpcMethod<>(Method.Kind.BIDI_STREAMING, descriptor, request, response);
    }

    /**
     * A method without generated code: its messages are {@link DynamicMessage}s of the descriptor's types. Of which kind
     * it is says {@link #method()}; {@link DynamicClient} calls it whatever its kind. To be made once and kept, because a
     * channel keeps what it has made for each method; {@link Schema} does.
     */
    public static RpcMethod<?, ?> dynamic(MethodDescriptor descriptor) {
        DynamicMessage request = DynamicMessage.getDefaultInstance(descriptor.getInputType());
        DynamicMessage response = DynamicMessage.getDefaultInstance(descriptor.getOutputType());
        if (descriptor.isClientStreaming()) {
            return descriptor.isServerStreaming()
                    ? bidiStreaming(descriptor, request, response)
                    : clientStreaming(descriptor, request, response);
        }
        return descriptor.isServerStreaming()
                ? serverStreaming(descriptor, request, response)
                : unary(descriptor, request, response);
    }

    /** What a method that was not implemented answers. */
    public static CallException unimplemented(RpcMethod<?, ?> method) {
        return new CallException(Code.UNIMPLEMENTED, method + " is not implemented");
    }

    /** Name, kind and idempotency. */
    public Method method() {
        return method;
    }

    /** What the .proto file says. */
    public MethodDescriptor descriptor() {
        return descriptor;
    }

    /** The default instance of one request message. */
    public Message requestPrototype() {
        return requestPrototype;
    }

    /** The default instance of one response message. */
    public Message responsePrototype() {
        return responsePrototype;
    }

    /** {@code /service/method}, where gRPC and Connect serve it. */
    String path() {
        return path;
    }

    Method.Kind kind() {
        return method.kind();
    }

    private static Method.Idempotency idempotency(MethodDescriptor descriptor) {
        IdempotencyLevel level = descriptor.getOptions().getIdempotencyLevel();
        return switch (level) {
            case NO_SIDE_EFFECTS -> Method.Idempotency.NO_SIDE_EFFECTS;
            case IDEMPOTENT -> Method.Idempotency.IDEMPOTENT;
            case IDEMPOTENCY_UNKNOWN -> Method.Idempotency.UNKNOWN;
        };
    }

    @Override
    public String toString() {
        return method.fullName();
    }
}
