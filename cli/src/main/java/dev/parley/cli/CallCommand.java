package dev.parley.cli;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Explanation;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.DynamicClient;
import dev.parley.rpc.MessageJson;
import dev.parley.rpc.ResponseMetadata;
import dev.parley.rpc.RpcMethod;
import dev.parley.rpc.Schema;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley call}. */
@Command(
        name = "call",
        sortOptions = false,
        description = {
            "Calls a method by its name, JSON in and out. The contract comes from the",
            "server's reflection, or from a file (--schema).",
            ""
        },
        footer = {
            "",
            "Responses go to stdout, one after another as they come, everything else to",
            "stderr. Exit codes: 0 success; 2 wrong usage or input; 3 no reflection and no",
            "--schema; 64 and the code's number if the call failed (67 INVALID_ARGUMENT,",
            "68 DEADLINE_EXCEEDED, 69 NOT_FOUND, 76 UNIMPLEMENTED, 78 UNAVAILABLE, ...);",
            "130 Ctrl-C, which cancels the call.",
            "",
            "Examples, with ./parley demo running:",
            "  parley call http://127.0.0.1:7002",
            "  parley call http://127.0.0.1:7002 \\",
            "    shop.inventory.v1.InventoryService/CheckStock '{\"productId\": \"sku-1\"}'",
            "  parley call --protocol rest http://127.0.0.1:7006 \\",
            "    shop.order.v1.OrderService/CreateOrder \\",
            "    '{\"userId\": \"u-1\", \"productId\": \"sku-1\", \"quantity\": 2}'",
            "  parley call --explain static:127.0.0.1:7002,127.0.0.1:7999 \\",
            "    shop.inventory.v1.InventoryService/CheckStock '{\"productId\": \"sku-1\"}'",
            "  parley call --protocol connect --codec json --verbose \\",
            "    http://127.0.0.1:7001 shop.user.v1.UserService/ListUsers",
            "  parley call http://127.0.0.1:7002 \\",
            "    shop.inventory.v1.InventoryService/SyncStock -",
            "  {\"productId\": \"sku-1\", \"available\": 9}     each line is answered at once;",
            "  {\"productId\": \"sku-2\", \"available\": 4}     Ctrl-D ends the requests",
        })
final class CallCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description =
                    "http://host:port, or https:// for TLS, and a path if the services are under one; or a service in "
                            + "a registry: consul://host:port/name, etcd://host:port/name, dns:///name:port, static:a:1,b:2.")
    private String url = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "METHOD",
            description = "package.Service/Method or package.Service.Method. Without it: the server's services.")
    private @Nullable String method;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            defaultValue = "{}",
            description = "The request: JSON, @FILE, or - for stdin (default: {}). Several values one after another if "
                    + "the method takes a stream.")
    private String request = "{}";

    @Option(names = "--emit-defaults", description = "Prints fields that have their default value, too.")
    private boolean emitDefaults;

    @Option(names = "--compact", description = "Prints each message on one line; so it is if stdout is no terminal.")
    private boolean compact;

    @Mixin
    private ConnectionOptions options = new ConnectionOptions();

    private final Main.Terminal terminal;

    CallCommand(Main.Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Trace trace = Trace.of(options.verbose, terminal.err());
        try (Connection connection = new Connection(url, options, trace)) {
            String wanted = method;
            if (wanted == null) {
                ListCommand.services(connection, options).forEach(terminal.out()::println);
                return ExitCode.OK;
            }
            CallScope scope = CallScope.builder(Method.unary("parley", "call")).build();
            try (Interruption interruption = new Interruption(scope)) {
                int status = scope.run((call, name) -> call(connection, trace, name), wanted);
                return Interruption.ended(scope) ? ExitCode.INTERRUPTED : status;
            } finally {
                scope.end(Outcome.OK);
            }
        }
    }

    private int call(Connection connection, Trace trace, String wanted) {
        Schema schema = connection.schema(MethodName.service(wanted));
        RpcMethod<?, ?> found = MethodName.find(schema, wanted);
        MessageJson json = MessageJson.of(schema);
        RequestInput input = RequestInput.open(request, terminal.in(), found, json);
        JsonOutput output = new JsonOutput(
                terminal.out(), emitDefaults ? json.withDefaults() : json, terminal.interactive() && !compact);
        ResponseMetadata metadata = new ResponseMetadata();
        DynamicClient client =
                new DynamicClient(connection.channel(found.method().kind()));
        CallOptions asked = connection.callOptions().withResponseMetadata(metadata);
        Explanation why = new Explanation();
        long start = System.nanoTime();
        long first = start;
        int count = 0;
        try (Messages<Message> responses =
                client.call(found, options.explain ? asked.withExplanation(why) : asked, Messages.pull(input))) {
            for (Message response : responses) {
                first = count++ == 0 ? System.nanoTime() : first;
                if (!output.print(response)) {
                    return ExitCode.OK; // whoever read the output has seen enough
                }
            }
            trace.trailers(metadata.trailers());
            trace.ended("OK", start, first, count);
            return ExitCode.OK;
        } catch (CallException e) {
            trace.trailers(metadata.trailers());
            trace.ended(e.code().name(), start, first, count);
            return failed(e, input, found, json);
        } finally {
            new ExplanationText(terminal.err()).print(why);
        }
    }

    private int failed(CallException error, RequestInput input, RpcMethod<?, ?> called, MessageJson json) {
        if (Call.find().flatMap(Call::cancellation).isPresent()) {
            return ExitCode.INTERRUPTED; // by the user, who knows
        }
        String fault = input.fault();
        if (fault != null) {
            throw new CommandException(ExitCode.USAGE, fault, error);
        }
        boolean mine = error.origin() == CallException.Origin.LOCAL && error.code() == Code.INVALID_ARGUMENT;
        if (mine && !called.method().kind().clientStreams()) {
            throw new CommandException(ExitCode.USAGE, error.message(), error);
        }
        return new ErrorReport(terminal.err()).failed(error, json, Hints.of(error));
    }
}
