package dev.parley.codegen;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the source file of one service is written from: the service, its methods, and how to name things in the file. */
record Outline(ServiceDescriptor service, JavaClass type, List<Rpc> rpcs, TypeNames names, Comments comments) {
    /** The field of {@code Methods} that holds the service's descriptor. */
    static final String DESCRIPTOR_FIELD = "SERVICE";

    static final String DEFINITION_FIELD = "DEFINITION";

    static Outline of(ServiceDescriptor service, JavaPackages packages) {
        JavaClass type = JavaClass.of(service);
        List<Rpc> rpcs = Rpc.allOf(service);
        List<String> members = new ArrayList<>(
                List.of(nested(type, "Client"), nested(type, "Methods"), DEFINITION_FIELD, DESCRIPTOR_FIELD));
        rpcs.forEach(rpc -> members.add(rpc.constant()));
        return new Outline(
                service, type, rpcs, new TypeNames(type, packages, members), new Comments(service.getFile()));
    }

    /** The name of the nested class that calls the service. */
    String clientClass() {
        return nested(type, "Client");
    }

    /** The name of the nested class that holds the typed methods. */
    String methodsClass() {
        return nested(type, "Methods");
    }

    /** A reference to a method's constant from outside of its class. */
    String constant(Rpc rpc) {
        return methodsClass() + "." + rpc.constant();
    }

    String requestType(Rpc rpc) {
        return stream(rpc.kind().requestStreams, rpc.request());
    }

    String responseType(Rpc rpc) {
        return stream(rpc.kind().responseStreams, rpc.response());
    }

    String parameterName(Rpc rpc) {
        return rpc.kind().requestStreams ? "requests" : "request";
    }

    /** {@code Order createOrder}, to be followed by the parameter. */
    String signature(Rpc rpc) {
        return responseType(rpc) + " " + rpc.name();
    }

    String parameter(Rpc rpc) {
        return requestType(rpc) + " " + parameterName(rpc);
    }

    /** Whether protoc marks a class as deprecated that the file refers to. */
    boolean usesDeprecated() {
        return service.getFile().getOptions().getDeprecated()
                || rpcs.stream()
                        .anyMatch(rpc -> deprecated(rpc.method().getInputType())
                                || deprecated(rpc.method().getOutputType()));
    }

    private String stream(boolean streams, JavaClass message) {
        String name = names.of(message);
        return streams ? names.of(RuntimeType.MESSAGES) + "<" + name + ">" : name;
    }

    /** A nested class cannot have the name of the class around it. */
    private static String nested(JavaClass type, String name) {
        return name.equals(type.name()) ? name + "_" : name;
    }

    private static boolean deprecated(Descriptor message) {
        for (@Nullable Descriptor each = message; each != null; each = each.getContainingType()) {
            if (each.getOptions().getDeprecated()) {
                return true;
            }
        }
        return message.getFile().getOptions().getDeprecated();
    }
}
