package dev.parley.cli;

import dev.parley.discovery.Cluster;
import dev.parley.discovery.ClusterPolicy;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceTarget;
import dev.parley.http.ClientTls;
import dev.parley.http.HttpVersion;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import dev.parley.rpc.Codec;
import dev.parley.rpc.Compression;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how a server is reached; the same for each command. */
final class ConnectionOptions {

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            converter = Protocols.class,
            completionCandidates = Protocols.class,
            defaultValue = "grpc",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). rest sends what the contract's "
                    + "google.api.http says.")
    RpcProtocol protocol = RpcProtocol.GRPC;

    @Option(
            names = "--codec",
            paramLabel = "NAME",
            defaultValue = "proto",
            description = "How messages travel: proto or json (default: ${DEFAULT-VALUE}).")
    private String codec = "proto";

    @Option(
            names = "--compress",
            paramLabel = "NAME",
            description = "Compresses the messages that are sent: gzip or zstd. Answers are taken in either form.")
    private @Nullable String compress;

    @Option(names = "--http", paramLabel = "VERSION", description = "1.1 or 2. Default: what the protocol usually has.")
    private @Nullable String http;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header to send, also to the reflection; may be repeated.")
    List<String> headers = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Such as 5s, 500ms, 2m. Default: 15s for one response, none for a stream.")
    @Nullable
    Duration timeout;

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            description = "Takes the contract from a descriptor set (protoc --include_imports "
                    + "--descriptor_set_out=FILE, buf build -o FILE) instead of the server's reflection.")
    private @Nullable Path schema;

    @Option(
            names = "--cacert",
            paramLabel = "FILE",
            description = "The certification authorities to trust, in PEM. Default: whom the JDK trusts.")
    private @Nullable Path cacert;

    @Option(names = "--cert", paramLabel = "FILE", description = "The client's certificate chain, in PEM.")
    private @Nullable Path cert;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key, in PEM (PKCS #8).")
    private @Nullable Path key;

    @Option(
            names = "--authority",
            paramLabel = "HOST",
            description = "The name that the server is asked for and that its certificate must have, wherever URL "
                    + "leads.")
    @Nullable
    String authority;

    @Option(
            names = {"-v", "--verbose"},
            description = "Shows on stderr what is sent and received beside the messages; secrets are left out.")
    boolean verbose;

    @Option(
            names = "--explain",
            description = "Makes the call as a service would, with retries and a breaker, and tells on stderr what was "
                    + "decided: which endpoints there were, which was taken and why, what was tried again.")
    boolean explain;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this text.")
    @SuppressWarnings("UnusedVariable") // picocli prints the text before it would be read
    private boolean help;

    Codec codec() {
        return switch (codec) {
            case "proto" -> Codec.PROTO;
            case "json" -> Codec.JSON;
            default -> throw new CommandException(ExitCode.USAGE, "--codec must be proto or json, but is " + codec);
        };
    }

    @Nullable
    Compression compression() {
        return switch (compress) {
            case null -> null;
            case "gzip" -> Compression.GZIP;
            case "zstd" -> Compression.ZSTD;
            default ->
                throw new CommandException(ExitCode.USAGE, "--compress must be gzip or zstd, but is " + compress);
        };
    }

    @Nullable
    HttpVersion http() {
        return switch (http) {
            case null -> null;
            case "1.1", "1" -> HttpVersion.HTTP_1_1;
            case "2" -> HttpVersion.HTTP_2;
            default -> throw new CommandException(ExitCode.USAGE, "--http must be 1.1 or 2, but is " + http);
        };
    }

    static ServiceTarget target(String url) {
        try {
            return ServiceTarget.url(url);
        } catch (IllegalArgumentException e) {
            String scheme = url.toLowerCase(Locale.ROOT).matches("[a-z0-9.\\[\\]:-]+:\\d+")
                    ? "; say http:// or https:// in front"
                    : "";
            throw new CommandException(
                    ExitCode.USAGE,
                    "URL: ".concat(String.valueOf(e.getMessage())).replaceFirst("^URL: base URL", "URL") + scheme,
                    e);
        }
    }

    static Cluster cluster(RegistryUri registry) {
        try {
            return Cluster.connect(registry, ClusterPolicy.defaults());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "URL: " + e.getMessage(), e);
        }
    }

    boolean hasSchema() {
        return schema != null;
    }

    /** The schema of {@code --schema}. */
    Schema schemaOfFile() {
        Path file = readable("--schema", schema);
        try {
            return Schema.read(file);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--schema: " + e.getMessage(), e);
        }
    }

    ClientTls tls() {
        ClientTls tls = ClientTls.defaults();
        if (cacert != null) {
            tls = tls.withTrust(TlsTrust.pem(readable("--cacert", cacert)));
        }
        if ((cert == null) != (key == null)) {
            throw new CommandException(ExitCode.USAGE, "--cert and --key belong together; one of them is missing");
        }
        return cert == null ? tls : tls.withIdentity(TlsIdentity.pem(readable("--cert", cert), readable("--key", key)));
    }

    private static Path readable(String option, @Nullable Path file) {
        if (file == null || !Files.isReadable(file) || Files.isDirectory(file)) {
            throw new CommandException(ExitCode.USAGE, option + ": " + file + " is no file that can be read");
        }
        return file;
    }
}
