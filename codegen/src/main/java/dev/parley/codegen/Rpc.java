package dev.parley.codegen;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A method of a service under its Java names.
 *
 * @param name of the Java method
 * @param constant of the field in {@code Methods}
 */
record Rpc(MethodDescriptor method, String name, String constant, StreamKind kind) {

    /** All methods of a service, in its order. */
    static List<Rpc> allOf(ServiceDescriptor service) {
        List<Rpc> rpcs = new ArrayList<>();
        for (MethodDescriptor method : service.getMethods()) {
            Rpc rpc = of(method);
            rpcs.forEach(rpc::refuseSameNames);
            rpcs.add(rpc);
        }
        return Collections.unmodifiableList(rpcs);
    }

    JavaClass request() {
        return JavaClass.of(method.getInputType());
    }

    JavaClass response() {
        return JavaClass.of(method.getOutputType());
    }

    /** {@code shop.order.v1.OrderService/CreateOrder}. */
    String fullName() {
        return method.getService().getFullName() + "/" + method.getName();
    }

    boolean deprecated() {
        return method.getOptions().getDeprecated();
    }

    private static Rpc of(MethodDescriptor method) {
        String constant = JavaIdentifiers.ofConstant(method.getName());
        return new Rpc(
                method,
                JavaIdentifiers.ofMethod(method.getName()),
                constant.equals(Outline.DESCRIPTOR_FIELD) ? constant + "_" : constant,
                StreamKind.of(method));
    }

    private void refuseSameNames(Rpc other) {
        if (name.equals(other.name)) {
            throw collision(other, name + "(...)");
        }
        if (constant.equals(other.constant)) {
            throw collision(other, "Methods." + constant);
        }
    }

    private CodegenException collision(Rpc other, String javaName) {
        return new CodegenException(method.getFile().getName() + ": service "
                + method.getService().getName() + ": methods " + other.method.getName() + " and " + method.getName()
                + " would both be " + javaName + " in Java; rename one of them");
    }
}
