package dev.parley.codegen;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The comments right before the services and methods of one file. */
final class Comments {
    private final Map<List<Integer>, String> byPath;

    Comments(FileDescriptor file) {
        byPath = file.toProto().getSourceCodeInfo().getLocationList().stream()
                .filter(SourceCodeInfo.Location::hasLeadingComments)
                .collect(Collectors.toMap(
                        SourceCodeInfo.Location::getPathList,
                        SourceCodeInfo.Location::getLeadingComments,
                        (first, repeated) -> first));
    }

    /** Empty if it has none. */
    String of(ServiceDescriptor service) {
        return byPath.getOrDefault(List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, service.getIndex()), "");
    }

    /** Empty if it has none. */
    String of(MethodDescriptor method) {
        return byPath.getOrDefault(
                List.of(
                        FileDescriptorProto.SERVICE_FIELD_NUMBER,
                        method.getService().getIndex(),
                        ServiceDescriptorProto.METHOD_FIELD_NUMBER,
                        method.getIndex()),
                "");
    }
}
