package dev.parley.codegen;

import java.util.List;

/** Writes the nested class that calls a service over a channel. */
final class ClientClass {
    private final Outline outline;
    private final TypeNames names;
    private final SourceText text;

    ClientClass(Outline outline, SourceText text) {
        this.outline = outline;
        this.names = outline.names();
        this.text = text;
    }

    void write() {
        text.blank()
                .javadoc(List.of("Calls the service over a channel. Thread-safe and immutable."))
                .open("final class " + outline.clientClass() + " implements "
                        + outline.type().name());
        writeState();
        outline.rpcs().forEach(this::writeCall);
        text.close();
    }

    private void writeState() {
        String name = outline.clientClass();
        String channel = names.of(RuntimeType.CHANNEL);
        String options = names.of(RuntimeType.CALL_OPTIONS);
        text.line("private final " + channel + " channel;")
                .line("private final " + options + " options;")
                .blank()
                .open("private " + name + "(" + channel + " channel, " + options + " options)")
                .line("this.channel = channel;")
                .line("this.options = options;")
                .close()
                .blank()
                .javadoc(
                        List.of(
                                "A client that makes its calls with {@code options}: deadline, headers, captured response metadata."))
                .open("public " + name + " with(" + options + " options)")
                .line("return new " + name + "(channel, options);")
                .close();
    }

    private void writeCall(Rpc rpc) {
        text.blank().line(names.annotation("Override"));
        if (rpc.deprecated()) {
            text.line(names.annotation("Deprecated"));
        }
        text.openMethod("public " + outline.signature(rpc), outline.parameter(rpc))
                .invocation(
                        "return channel.call",
                        List.of(outline.constant(rpc), "options", outline.parameterName(rpc)),
                        ";")
                .close();
    }
}
