package dev.parley.cli;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.parley.CallException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code parley list}. */
@Command(
        name = "list",
        sortOptions = false,
        description = {"Names the services of a server, or the methods of a service, a line each.", ""},
        footer = {
            "",
            "Examples, with ./parley demo running:",
            "  parley list http://127.0.0.1:7002",
            "  parley list http://127.0.0.1:7002 shop.inventory.v1.InventoryService",
            "  parley list --schema shop.binpb",
        })
final class ListCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "URL [SERVICE]",
            arity = "0..2",
            description = "As for call; with --schema the URL may be left out.")
    private List<String> arguments = new ArrayList<>();

    @Mixin
    private ConnectionOptions options = new ConnectionOptions();

    private final Main.Terminal terminal;

    ListCommand(Main.Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Target target = Target.of(arguments, options);
        Trace trace = Trace.of(options.verbose, terminal.err());
        try (Connection connection = new Connection(target.url(), options, trace)) {
            List<String> lines =
                    target.symbol().isEmpty() ? services(connection, options) : methods(connection, target.symbol());
            lines.forEach(terminal.out()::println);
            return ExitCode.OK;
        }
    }

    static List<String> services(Connection connection, ConnectionOptions options) {
        if (options.hasSchema()) {
            return options.schemaOfFile().services();
        }
        try {
            return connection.reflection().services();
        } catch (CallException e) {
            throw Connection.noContract(e);
        }
    }

    private static List<String> methods(Connection connection, String service) {
        ServiceDescriptor found = connection
                .schema(service)
                .service(service)
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE,
                        Plain.line(service) + " is no service; `parley list URL` names those that there are"));
        return found.getMethods().stream()
                .map(method -> found.getFullName() + '/' + method.getName())
                .toList();
    }
}
