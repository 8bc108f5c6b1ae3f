package dev.parley.grpcjava;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.Messages;
import dev.parley.rpc.RpcMethod;
import dev.parley.rpc.ServiceDefinition;
import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;

/**
 * A service written for grpc-java, served by Parley: as gRPC, gRPC-Web, Connect and REST, with Parley's limits,
 * deadlines and interceptors in front of it.
 *
 * <pre>{@code
 * GrpcService greeter = GrpcService.of(new GreeterImpl());
 * RpcServer server = RpcServer.builder().service(greeter.definition(), greeter).start();
 * }</pre>
 *
 * <p>What grpc-java promises holds: one callback at a time, {@code isReady} and {@code onReady}, cancellation, {@code
 * Context} with the call's deadline, interceptors ({@code ServerInterceptors.intercept}), trailers and status details. What
 * differs: a callback runs on the virtual thread of the call, which a cancellation interrupts; {@code sendMessage} waits
 * while the client does not read instead of filling the memory; {@code setCompression} has no effect, as the server
 * decides that. Immutable and thread-safe.
 */
public final class GrpcService {

    private final ServiceDefinition<GrpcService> definition;

    private GrpcService(ServiceDefinition<GrpcService> definition) {
        this.definition = definition;
    }

    /**
     * The service of an implementation.
     *
     * @throws IllegalArgumentException if it does not come from a .proto file
     */
    public static GrpcService of(BindableService implementation) {
        return of(implementation.bindService());
    }

    /**
     * The service of a definition, such as one with grpc-java's interceptors in front.
     *
     * @throws IllegalArgumentException if it does not come from a .proto file
     */
    public static GrpcService of(ServerServiceDefinition service) {
        ServiceDefinition.Builder<GrpcService> builder = ServiceDefinition.builder(descriptor(service));
        service.getMethods().forEach(method -> bind(builder, method));
        return new GrpcService(builder.build());
    }

    private static ServiceDescriptor descriptor(ServerServiceDefinition service) {
        if (service.getServiceDescriptor().getSchemaDescriptor() instanceof ProtoServiceDescriptorSupplier supplier) {
            return supplier.getServiceDescriptor();
        }
        throw new IllegalArgumentException(
                service.getServiceDescriptor().getName()
                        + " has no protobuf descriptor; expected a service that grpc-java's generator for protobuf has written");
    }

    /** For {@code RpcServer.Builder.service}, together with this object. */
    public ServiceDefinition<GrpcService> definition() {
        return definition;
    }

    @SuppressWarnings("unchecked") // the messages are those of the method's own marshallers
    private static <Q, R> void bind(
            ServiceDefinition.Builder<GrpcService> builder, ServerMethodDefinition<Q, R> method) {
        RpcMethod<?, ?> bridged = MethodBridge.of(method.getMethodDescriptor());
        switch (method.getMethodDescriptor().getType()) {
            case UNARY ->
                builder.method((RpcMethod<Message, Message>) bridged, (service, request) ->
                        (Message) one(method, (Messages<Q>) Messages.of(request)));
            case SERVER_STREAMING ->
                builder.method((RpcMethod<Message, Messages<Message>>) bridged, (service, request) ->
                        (Messages<Message>) many(method, (Messages<Q>) Messages.of(request)));
            case CLIENT_STREAMING ->
                builder.method((RpcMethod<Messages<Message>, Message>) bridged, (service, requests) ->
                        (Message) one(method, (Messages<Q>) requests));
            case BIDI_STREAMING ->
                builder.method((RpcMethod<Messages<Message>, Messages<Message>>) bridged, (service, requests) ->
                        (Messages<Message>) many(method, (Messages<Q>) requests));
            case UNKNOWN -> throw new AssertionError("refused by MethodBridge");
        }
    }

    private static <Q, R> R one(ServerMethodDefinition<Q, R> method, Messages<Q> requests) {
        SingleResponse<R> response = new SingleResponse<>();
        new ServerCallBridge<>(method, Call.current(), requests, response).run();
        return response.get();
    }

    private static <Q, R> Messages<R> many(ServerMethodDefinition<Q, R> method, Messages<Q> requests) {
        Call call = Call.current();
        return Messages.produce(sink -> new ServerCallBridge<>(method, call, requests, sink).run());
    }
}
