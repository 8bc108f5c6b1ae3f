package dev.parley.codegen;

import java.util.List;

/** Writes the nested class with a typed constant for each method of a service. */
final class MethodsClass {
    private final Outline outline;
    private final TypeNames names;
    private final SourceText text;

    MethodsClass(Outline outline, SourceText text) {
        this.outline = outline;
        this.names = outline.names();
        this.text = text;
    }

    void write() {
        text.blank()
                .javadoc(List.of("The methods of the service, typed."))
                .open("final class " + outline.methodsClass());
        writeDescriptor();
        outline.rpcs().forEach(this::writeConstant);
        text.blank().line("private " + outline.methodsClass() + "() {}").close();
    }

    private void writeDescriptor() {
        String file = names.of(JavaClass.of(outline.service().getFile()));
        text.assignment(
                "private static final " + names.of(RuntimeType.SERVICE_DESCRIPTOR) + " " + Outline.DESCRIPTOR_FIELD,
                file + ".getDescriptor().findServiceByName",
                List.of("\"" + outline.service().getName() + "\""));
    }

    private void writeConstant(Rpc rpc) {
        String rpcMethod = names.of(RuntimeType.RPC_METHOD);
        text.blank().javadoc(List.of("{@code " + rpc.fullName() + "}, " + rpc.kind().description + "."));
        if (rpc.deprecated()) {
            text.line(names.annotation("Deprecated"));
        }
        text.assignment(
                "public static final " + rpcMethod + "<" + outline.requestType(rpc) + ", " + outline.responseType(rpc)
                        + "> " + rpc.constant(),
                rpcMethod + "." + rpc.kind().factory,
                List.of(
                        Outline.DESCRIPTOR_FIELD + ".findMethodByName(\""
                                + rpc.method().getName() + "\")",
                        names.of(rpc.request()) + ".getDefaultInstance()",
                        names.of(rpc.response()) + ".getDefaultInstance()"));
    }
}
