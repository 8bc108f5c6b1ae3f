package dev.parley.grpcjava;

import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import dev.parley.rpc.RpcMethod;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;

/** A method of grpc-java as one of Parley. */
final class MethodBridge {

    private MethodBridge() {}

    /**
     * The same method.
     *
     * @throws IllegalArgumentException if it is not protobuf's: without a contract there is only one protocol
     */
    static RpcMethod<?, ?> of(MethodDescriptor<?, ?> method) {
        if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier)) {
            throw new IllegalArgumentException(
                    method.getFullMethodName()
                            + " has no protobuf descriptor; expected a method that grpc-java's generator for protobuf has written");
        }
        Descriptors.MethodDescriptor descriptor = supplier.getMethodDescriptor();
        Message request = prototype(method, "request", method.getRequestMarshaller());
        Message response = prototype(method, "response", method.getResponseMarshaller());
        return switch (method.getType()) {
            case UNARY -> RpcMethod.unary(descriptor, request, response);
            case SERVER_STREAMING -> RpcMethod.serverStreaming(descriptor, request, response);
            case CLIENT_STREAMING -> RpcMethod.clientStreaming(descriptor, request, response);
            case BIDI_STREAMING -> RpcMethod.bidiStreaming(descriptor, request, response);
            case UNKNOWN ->
                throw new IllegalArgumentException(method.getFullMethodName() + " does not say who streams");
        };
    }

    private static Message prototype(
            MethodDescriptor<?, ?> method, String side, MethodDescriptor.Marshaller<?> marshaller) {
        if (marshaller instanceof MethodDescriptor.PrototypeMarshaller<?> typed
                && typed.getMessagePrototype() instanceof Message prototype) {
            return prototype;
        }
        throw new IllegalArgumentException("the " + side + " of " + method.getFullMethodName() + " is marshalled by "
                + marshaller.getClass().getName() + "; expected a protobuf message, not a lite one");
    }
}
