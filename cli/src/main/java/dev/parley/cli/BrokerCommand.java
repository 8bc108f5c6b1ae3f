package dev.parley.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.parley.CallException;
import dev.parley.broker.BrokerServer;
import dev.parley.http.ClientAuth;
import dev.parley.http.ServerTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley broker}. */
@Command(
        name = "broker",
        sortOptions = false,
        description = {
            "Runs the embedded message broker for several processes, until Ctrl-C. They connect to parley://HOST:PORT, with nothing"
                    + " else installed.",
            ""
        },
        footer = {
            "",
            "Without a token or --client-cacert whoever reaches the port may read and publish everything. Exit codes: 0 ended by"
                    + " Ctrl-C, 2 the port, the store or a file of TLS cannot be had.",
            "",
            "Examples:",
            "  parley broker                                    messages die with it",
            "  parley broker --data broker-data                 messages are on the disk before they are confirmed",
            "  parley broker --store postgresql://me:secret@127.0.0.1/shop",
            "  parley broker --host 0.0.0.0 --cert tls.crt --key tls.key --token-file token",
            "  parley queues parley://127.0.0.1:7654            what waits in it",
        })
final class BrokerCommand implements Callable<Integer> {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 for a free one. Default: ${DEFAULT-VALUE}.")
    private int port = BrokerServer.DEFAULT_PORT;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}, this machine only.")
    private String host = "127.0.0.1";

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Keep messages in this folder (SQLite); without it and --store they are in memory only.")
    private @Nullable Path data;

    @Option(
            names = "--store",
            paramLabel = "URI",
            description = "Keep messages in this store: postgresql://..., sqlite:FOLDER or memory:.")
    private @Nullable String store;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "Callers must have the token in the first line of this file: parley://:TOKEN@HOST:PORT, or the"
                            + " environment's PARLEY_BROKER_TOKEN.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description =
                    "Speak TLS: the server's certificate chain, in PEM. Clients connect to parleys://HOST:PORT?cacert=FILE.")
    private @Nullable Path cert;

    @Option(names = "--key", paramLabel = "FILE", description = "The key of --cert, in PEM (PKCS #8, unencrypted).")
    private @Nullable Path key;

    @Option(
            names = "--client-cacert",
            paramLabel = "FILE",
            description =
                    "Let in only clients with a certificate that these certification authorities, in PEM, have signed"
                            + " (mutual TLS): parleys://HOST:PORT?cacert=FILE&cert=FILE&key=FILE.")
    private @Nullable Path clientCacert;

    @Option(names = "--json", description = "One JSON object a line, for programs.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    @SuppressWarnings("UnusedVariable") // picocli prints the text before it would be read
    private boolean help;

    private final Main.Terminal terminal;

    BrokerCommand(Main.Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (data != null && store != null) {
            throw new CommandException(ExitCode.USAGE, "--data and --store exclude each other");
        }
        String kept = store != null ? store : data != null ? "sqlite:" + data : "memory:";
        try (BrokerServer server = start(kept)) {
            CtrlC end = new CtrlC();
            greet(server);
            end.await();
        }
        return ExitCode.OK;
    }

    private BrokerServer start(String kept) {
        try {
            BrokerServer.Builder builder =
                    BrokerServer.builder().host(host).port(port).store(kept);
            if (tokenFile != null) {
                builder.token(token(tokenFile));
            }
            tls().ifPresent(builder::tls);
            return builder.start();
        } catch (UncheckedIOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    Objects.requireNonNull(e.getCause()).getMessage()
                            + (port == 0 ? "" : "; is another broker running? --port 0 takes a free one"),
                    e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (CallException e) {
            throw new CommandException(ExitCode.USAGE, e.message(), e);
        }
    }

    private Optional<ServerTls> tls() {
        if ((cert == null) != (key == null)) {
            throw new CommandException(ExitCode.USAGE, "--cert and --key belong together; one of them is missing");
        }
        if (cert == null || key == null) {
            if (clientCacert != null) {
                throw new CommandException(
                        ExitCode.USAGE, "--client-cacert needs TLS: give the server's --cert and --key, too");
            }
            return Optional.empty();
        }
        ServerTls tls = ServerTls.of(TlsIdentity.pem(readable("--cert", cert), readable("--key", key)));
        return Optional.of(
                clientCacert == null
                        ? tls
                        : tls.withClientAuth(
                                ClientAuth.REQUIRED, TlsTrust.pem(readable("--client-cacert", clientCacert))));
    }

    private static Path readable(String option, Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new CommandException(ExitCode.USAGE, option + ": " + file + " is no file that can be read");
        }
        return file;
    }

    private static String token(Path file) {
        try {
            return Files.readString(file).lines().findFirst().orElse("").strip();
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, "cannot read the token of " + file + ": " + e.getMessage(), e);
        }
    }

    private void greet(BrokerServer server) {
        String url = server.scheme() + "://" + (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + server.port();
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("event", "listening");
            line.put("url", url);
            line.put("store", server.backend().toString());
            terminal.out().println(GSON.toJson(line));
        } else {
            terminal.out()
                    .println("broker listening on " + url + "; messages in "
                            + Plain.line(server.backend().toString())
                            + (data == null && store == null ? ", which die with it (--data keeps them)" : "")
                            + "; Ctrl-C ends it");
            terminal.out().println("  in Java:     MessageBroker.connect(\"" + url + "\")");
            terminal.out().println("  what waits:  parley queues " + url);
        }
        terminal.out().flush();
    }
}
