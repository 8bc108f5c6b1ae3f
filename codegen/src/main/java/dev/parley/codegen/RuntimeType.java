package dev.parley.codegen;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The library types that generated code refers to. */
enum RuntimeType {
    MESSAGES("dev.parley", "Messages"),
    CALL_OPTIONS("dev.parley.rpc", "CallOptions"),
    CHANNEL("dev.parley.rpc", "Channel"),
    RPC_METHOD("dev.parley.rpc", "RpcMethod"),
    SERVICE_DEFINITION("dev.parley.rpc", "ServiceDefinition"),
    SERVICE_DESCRIPTOR("com.google.protobuf", "Descriptors.ServiceDescriptor");

    private final String packageName;
    private final String name;

    RuntimeType(String packageName, String name) {
        this.packageName = packageName;
        this.name = name;
    }

    JavaClass type() {
        return new JavaClass(packageName, name);
    }

    String simpleName() {
        return type().simpleName();
    }

    static Set<String> simpleNames() {
        return Arrays.stream(values()).map(RuntimeType::simpleName).collect(Collectors.toUnmodifiableSet());
    }
}
