package dev.parley.rest;

import dev.parley.Handler;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import tools.jackson.databind.JsonNode;

/** A server and requests to it as they stand on the wire, so that no client mends what is wrong with them. */
final class Wire implements AutoCloseable {

    /** What came back; names of headers in lower case. */
    record Answer(int status, List<String[]> headers, byte[] bytes) {
        Optional<String> header(String name) {
            return headers.stream()
                    .filter(header -> header[0].equals(name))
                    .map(header -> header[1])
                    .findFirst();
        }

        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return Json.standard().mapper().readTree(bytes);
        }
    }

    private final HttpServer server;

    private Wire(HttpServer server) {
        this.server = server;
    }

    static Wire serve(Handler<HttpRequest, HttpResponse> handler) {
        return new Wire(HttpServer.builder().handler(handler).start());
    }

    int port() {
        return server.port();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    Answer get(String target, String... headers) {
        return send("GET", target, "", headers);
    }

    Answer json(String method, String target, String body) {
        return send(method, target, body, "content-type: application/json");
    }

    /** One request on a connection of its own, in HTTP/1.1. */
    Answer send(String method, String target, String body, String... headers) {
        return send(method, target, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer send(String method, String target, byte[] body, String... headers) {
        StringBuilder head =
                new StringBuilder(method + ' ' + target + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (body.length > 0 || !method.equals("GET")) {
            head.append("content-length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body);
            return parse(socket.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer parse(byte[] all) {
        String latin = new String(all, StandardCharsets.ISO_8859_1);
        int end = latin.indexOf("\r\n\r\n");
        Assertions.assertThat(end).as("an answer: %s", latin).isPositive();
        String[] lines = latin.substring(0, end).split("\r\n");
        List<String[]> headers = new ArrayList<>();
        boolean chunked = false;
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            headers.add(new String[] {name, lines[i].substring(colon + 1).trim()});
            chunked |= name.equals("transfer-encoding");
        }
        String body = latin.substring(end + 4);
        return new Answer(
                Integer.parseInt(lines[0].split(" ")[1]),
                headers,
                (chunked ? unchunked(body) : body).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String unchunked(String body) {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (true) {
            int line = body.indexOf("\r\n", at);
            if (line < 0) {
                return whole + "<broken off>";
            }
            int size = Integer.parseInt(body.substring(at, line), 16);
            if (size == 0) {
                return whole.toString();
            }
            whole.append(body, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }

    String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20", "--noproxy", "*"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assertions.assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Override
    public void close() {
        server.close();
    }
}
