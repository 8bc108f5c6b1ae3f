package dev.parley.rpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.parley.Messages;
import dev.parley.rpc.reflection.ServerReflectionProto;
import dev.parley.rpc.reflection.ServerReflectionRequest;
import dev.parley.rpc.reflection.ServerReflectionResponse;

/** The two versions of the reflection service: the same messages on the wire under two names. */
record ReflectionVersion(RpcMethod<Messages<ServerReflectionRequest>, Messages<ServerReflectionResponse>> info) {

    static final ReflectionVersion V1 = of(ServerReflectionProto.getDescriptor());
    static final ReflectionVersion V1ALPHA = of(alpha());

    private static ReflectionVersion of(FileDescriptor file) {
        MethodDescriptor method = file.findServiceByName("ServerReflection").findMethodByName("ServerReflectionInfo");
        return new ReflectionVersion(RpcMethod.bidiStreaming(
                method, ServerReflectionRequest.getDefaultInstance(), ServerReflectionResponse.getDefaultInstance()));
    }

    /** The old service on the messages of the new one. */
    private static FileDescriptor alpha() {
        FileDescriptor v1 = ServerReflectionProto.getDescriptor();
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("grpc/reflection/v1alpha/reflection.proto")
                .setPackage("grpc.reflection.v1alpha")
                .setSyntax("proto3")
                .addDependency(v1.getName())
                .addService(ServiceDescriptorProto.newBuilder()
                        .setName("ServerReflection")
                        .addMethod(MethodDescriptorProto.newBuilder()
                                .setName("ServerReflectionInfo")
                                .setInputType(".grpc.reflection.v1.ServerReflectionRequest")
                                .setOutputType(".grpc.reflection.v1.ServerReflectionResponse")
                                .setClientStreaming(true)
                                .setServerStreaming(true)))
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[] {v1});
        } catch (DescriptorValidationException e) {
            throw new AssertionError("the descriptor above is wrong", e);
        }
    }
}
