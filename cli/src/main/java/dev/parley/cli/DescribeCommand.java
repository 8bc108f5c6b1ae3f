package dev.parley.cli;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.parley.rpc.Schema;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code parley describe}. */
@Command(
        name = "describe",
        sortOptions = false,
        description = {
            "Shows a service, method, message or enum as its .proto file has it, and for a",
            "method or message an example in JSON to start from.",
            ""
        },
        footer = {
            "",
            "Examples, with ./parley demo running:",
            "  parley describe http://127.0.0.1:7006 shop.order.v1.OrderService",
            "  parley describe http://127.0.0.1:7006 \\",
            "    shop.order.v1.OrderService/CreateOrder",
            "  parley describe http://127.0.0.1:7006 shop.order.v1.Order",
        })
final class DescribeCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "URL [SYMBOL]",
            arity = "0..2",
            description = "As for call, and a full name; without one, all services. With --schema the URL may be left "
                    + "out.")
    private List<String> arguments = new ArrayList<>();

    @Mixin
    private ConnectionOptions options = new ConnectionOptions();

    private final Main.Terminal terminal;

    DescribeCommand(Main.Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Target target = Target.of(arguments, options);
        Trace trace = Trace.of(options.verbose, terminal.err());
        try (Connection connection = new Connection(target.url(), options, trace)) {
            String symbol = target.symbol();
            Schema schema = connection.schema(symbol.isEmpty() ? null : symbol.replace('/', '.'));
            ProtoSource source = new ProtoSource(schema);
            PrintWriter out = terminal.out();
            if (symbol.isEmpty()) {
                schema.services().forEach(name -> schema.service(name).ifPresent(service -> describe(source, service)));
            } else {
                describe(source, find(schema, symbol));
            }
            out.flush();
            return ExitCode.OK;
        }
    }

    private static GenericDescriptor find(Schema schema, String symbol) {
        try {
            return schema.symbol(symbol);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private void describe(ProtoSource source, GenericDescriptor symbol) {
        PrintWriter out = terminal.out();
        out.println("// " + symbol.getFullName() + ", in " + symbol.getFile().getName());
        switch (symbol) {
            case ServiceDescriptor service -> out.println(source.of(service));
            case MethodDescriptor method -> {
                out.println(source.of(method));
                out.println();
                out.println(source.of(method.getInputType()));
                out.println();
                if (!method.getOutputType().equals(method.getInputType())) {
                    out.println(source.of(method.getOutputType()));
                    out.println();
                }
                example(method.getInputType());
            }
            case Descriptor message -> {
                out.println(source.of(message));
                out.println();
                example(message);
            }
            case EnumDescriptor enumeration -> out.println(source.of(enumeration));
            case FieldDescriptor extension -> out.println(source.extension(extension));
            default -> throw new AssertionError("a schema has no other symbols: " + symbol.getFullName());
        }
        out.println();
    }

    private void example(Descriptor message) {
        terminal.out().println("// " + message.getFullName() + " in JSON:");
        terminal.out().println(JsonOutput.pretty(ExampleJson.of(message)));
    }
}
