package dev.parley.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends the bytes it is told to, for what no well-behaved one would. */
final class RawClient implements AutoCloseable {

    final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = socket.getInputStream();
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** One response whose end its head tells; an interim one has only a head. */
    String response() throws IOException {
        StringBuilder text = new StringBuilder();
        String head = until("\r\n\r\n");
        text.append(head);
        String lower = head.toLowerCase(java.util.Locale.ROOT);
        int at = lower.indexOf("content-length: ");
        if (at >= 0 && !lower.startsWith("http/1.1 304")) {
            int from = at + "content-length: ".length();
            int length = Integer.parseInt(head.substring(from, head.indexOf('\r', from)));
            text.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        } else if (lower.contains("transfer-encoding: chunked")) {
            for (int size = 1; size > 0; ) {
                String line = until("\r\n");
                size = Integer.parseInt(line.trim(), 16);
                if (size > 0) {
                    text.append(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
                    until("\r\n");
                } else {
                    String end = until("\r\n");
                    while (!end.equals("\r\n")) {
                        text.append(end);
                        end = until("\r\n");
                    }
                }
            }
        }
        return text.toString();
    }

    private String until(String end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended behind: " + bytes);
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    int read() throws IOException {
        return in.read();
    }

    /** All that comes until the server closes. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the server has closed: the next thing that comes is the end. */
    boolean ends() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
