package dev.parley.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.parley.discovery.EmbeddedEntry;
import dev.parley.discovery.EmbeddedService;
import dev.parley.registry.RegistryServer;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley registry}. */
@Command(
        name = "registry",
        sortOptions = false,
        description = {
            "Runs a service registry that speaks Consul's HTTP API, until Ctrl-C; a line for each instance that comes, goes or"
                    + " becomes critical.",
            ""
        },
        footer = {
            "",
            "Whoever reaches the port may change what is registered: there is no password. Exit codes: 0 ended by Ctrl-C, 2 the"
                    + " port or the folder cannot be had.",
            "",
            "Examples:",
            "  parley registry",
            "  parley registry --port 0 --data registry-data",
        })
final class RegistryCommand implements Callable<Integer> {

    /** Lines that wait for a slow terminal; more are counted, not kept. */
    private static final int MOST_LINES = 10_000;

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 for a free one. Default: ${DEFAULT-VALUE}, as Consul.")
    private int port = 8500;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}, this machine only.")
    private String host = "127.0.0.1";

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Keep what is registered in this folder; without it clients register again after a restart.")
    private @Nullable Path data;

    @Option(names = "--json", description = "One JSON object a line, for programs.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    @SuppressWarnings("UnusedVariable") // picocli prints the text before it would be read
    private boolean help;

    private final Main.Terminal terminal;

    RegistryCommand(Main.Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        RegistryServer.Builder builder = RegistryServer.builder().host(host);
        RegistryServer server;
        try {
            builder.port(port);
            if (data != null) {
                builder.data(data);
            }
            server = builder.start();
        } catch (UncheckedIOException e) {
            throw new CommandException(
                    ExitCode.USAGE, Objects.requireNonNull(e.getCause()).getMessage() + taken(), e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        CtrlC end = new CtrlC();
        Lines lines = new Lines(terminal.out(), json);
        server.registry().listen(lines::add);
        greet(server);
        Thread printer = Thread.ofVirtual().name("parley-registry-lines").start(lines::print);
        end.await();
        server.close();
        printer.interrupt();
        printer.join();
        return ExitCode.OK;
    }

    private String taken() {
        return port == 0 ? "" : "; is another registry running? --port 0 takes a free one";
    }

    private void greet(RegistryServer server) {
        String url = "http://" + (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + server.port();
        server.warnings().forEach(each -> terminal.err().println("parley: " + Plain.line(each)));
        int known = server.registry().instances().size();
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("event", "listening");
            line.put("url", url);
            line.put("instances", known);
            terminal.out().println(GSON.toJson(line));
        } else {
            terminal.out()
                    .println("registry listening on " + url + " (Consul's HTTP API); Ctrl-C ends it"
                            + (data == null
                                    ? ""
                                    : "; data in " + data + ", " + known + (known == 1 ? " instance" : " instances")));
            terminal.out()
                    .println("  register:  curl -X PUT " + url
                            + "/v1/agent/service/register -d '{\"Name\": \"hello\", \"Port\": 8080}'");
            terminal.out().println("  look up:   curl '" + url + "/v1/health/service/hello?pretty'");
        }
        terminal.out().flush();
    }

    /** What happens, in the order in which it does; a terminal that is slow holds up nobody. */
    private static final class Lines {
        private final BlockingQueue<EmbeddedEntry.Event> events = new LinkedBlockingQueue<>(MOST_LINES);
        private final PrintWriter out;
        private final boolean json;

        Lines(PrintWriter out, boolean json) {
            this.out = out;
            this.json = json;
        }

        void add(EmbeddedEntry.Event event) {
            boolean kept = events.offer(event);
            if (!kept) {
                events.clear(); // the newest are what one looks at
            }
        }

        void print() {
            try {
                while (true) {
                    line(events.take());
                    out.flush();
                }
            } catch (InterruptedException e) {
                EmbeddedEntry.Event left = events.poll();
                while (left != null) {
                    line(left);
                    left = events.poll();
                }
                out.flush();
            }
        }

        private void line(EmbeddedEntry.Event event) {
            EmbeddedService service = event.service();
            String word = event.kind().name().toLowerCase(Locale.ROOT);
            String address = service.address() + ':' + service.port();
            if (json) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("event", word);
                line.put("service", service.name());
                line.put("id", service.id());
                line.put("address", service.address());
                line.put("port", service.port());
                line.put("reason", event.reason());
                out.println(GSON.toJson(line));
                return;
            }
            out.println(Plain.line(String.format(
                    Locale.ROOT,
                    "%-9s %s  %s  %s%s",
                    word,
                    service.name(),
                    service.id(),
                    address,
                    event.reason().isEmpty() ? "" : "  " + event.reason())));
        }
    }
}
