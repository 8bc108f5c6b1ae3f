package dev.parley.rpc;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.EmptyProto;

/** A service without generated code, whose method is bound to the path that it has anyhow. */
final class TakesAPath {

    static final ServiceDefinition<TakesAPath> DEFINITION = definition();

    private static ServiceDefinition<TakesAPath> definition() {
        ServiceDescriptor service = descriptor();
        RpcMethod<Empty, Empty> call = RpcMethod.unary(
                service.findMethodByName("Call"), Empty.getDefaultInstance(), Empty.getDefaultInstance());
        return ServiceDefinition.<TakesAPath>builder(service)
                .method(call, (implementation, request) -> request)
                .build();
    }

    private static ServiceDescriptor descriptor() {
        MethodOptions options = MethodOptions.newBuilder()
                .setExtension(
                        AnnotationsProto.http,
                        HttpRule.newBuilder()
                                .setPost("/parley.test.v1.TakesAPath/Call")
                                .setBody("*")
                                .build())
                .build();
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("parley/test/v1/takes_a_path.proto")
                .setPackage("parley.test.v1")
                .setSyntax("proto3")
                .addDependency("google/protobuf/empty.proto")
                .addService(ServiceDescriptorProto.newBuilder()
                        .setName("TakesAPath")
                        .addMethod(MethodDescriptorProto.newBuilder()
                                .setName("Call")
                                .setInputType(".google.protobuf.Empty")
                                .setOutputType(".google.protobuf.Empty")
                                .setOptions(options)))
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[] {EmptyProto.getDescriptor()})
                    .findServiceByName("TakesAPath");
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }
}
