package dev.parley.cli;

import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code --verbose} shows. Used by several threads. */
final class Trace {

    private static final Trace SILENT = new Trace(null);

    private final @Nullable PrintWriter err;

    private Trace(@Nullable PrintWriter err) {
        this.err = err;
    }

    static Trace silent() {
        return SILENT;
    }

    static Trace of(boolean verbose, PrintWriter err) {
        return verbose ? new Trace(err) : SILENT;
    }

    Handler<HttpRequest, HttpResponse> around(
            Handler<HttpRequest, HttpResponse> transport, String protocol, @Nullable HttpVersion version) {
        if (err == null) {
            return transport;
        }
        return (call, request) -> {
            String http = switch (version) {
                case null -> "";
                case HTTP_1_1 -> ", HTTP/1.1";
                case HTTP_2 -> ", HTTP/2";
            };
            say("> " + request.method() + ' ' + request.scheme() + "://" + request.authority() + request.target() + " ("
                    + protocol + http + ')');
            headers("> ", request.headers());
            HttpResponse response = transport.handle(call, request);
            say("< " + response.status());
            headers("< ", response.headers());
            return response;
        };
    }

    void trailers(Metadata trailers) {
        headers("< trailer ", trailers);
    }

    void schema(String from, long start) {
        say(String.format(Locale.ROOT, "* contract from %s in %.1f ms", from, millisSince(start)));
    }

    void ended(String how, long start, long firstMessage, int messages) {
        String first = messages == 0
                ? ""
                : String.format(Locale.ROOT, ", the first message after %.1f ms", (firstMessage - start) / 1e6);
        say(String.format(
                Locale.ROOT,
                "* %s in %.1f ms, %d message%s%s",
                how,
                millisSince(start),
                messages,
                messages == 1 ? "" : "s",
                first));
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private void headers(String prefix, Metadata headers) {
        headers.forEach((name, value) -> say(prefix + name + ": " + Headers.shown(name, value)));
    }

    private void say(String line) {
        PrintWriter shown = err;
        if (shown != null) {
            shown.println(line);
            shown.flush();
        }
    }
}
