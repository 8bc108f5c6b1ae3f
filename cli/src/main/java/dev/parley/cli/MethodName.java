package dev.parley.cli;

import dev.parley.rpc.RpcMethod;
import dev.parley.rpc.Schema;

/** Methods as one types them. */
final class MethodName {

    private MethodName() {}

    /** The service in the name of a method: what a server's reflection is asked for. */
    static String service(String method) {
        String bare = method.startsWith("/") ? method.substring(1) : method;
        int slash = bare.indexOf('/');
        int end = slash >= 0 ? slash : bare.lastIndexOf('.');
        if (end < 1 || end == bare.length() - 1) {
            throw new CommandException(
                    ExitCode.USAGE, "METHOD must be package.Service/Method, but is \"" + Plain.line(method) + '"');
        }
        return bare.substring(0, end);
    }

    static RpcMethod<?, ?> find(Schema schema, String method) {
        try {
            return schema.method(method);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
