package dev.parley.rpc.conformance;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers each request with one status and nothing else, byte by byte, so that it may be any number. */
final class StatusServer implements AutoCloseable {

    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_STREAM_AND_HEADERS = 5;

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private volatile int status = 200;

    StatusServer() throws IOException {
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    void answer(int given) {
        status = given;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                Thread.startVirtualThread(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            while (true) {
                String first = line(in);
                if (first.startsWith("PRI ")) {
                    in.readNBytes(8); // the rest of the preface
                    http2(in, out);
                } else {
                    http1(in, out);
                }
            }
        } catch (IOException gone) {
            // the client has left
        }
    }

    private void http1(DataInputStream in, OutputStream out) throws IOException {
        int length = 0;
        boolean chunked = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(java.util.Locale.ROOT);
            chunked |= lower.startsWith("transfer-encoding:");
            length = lower.startsWith("content-length:")
                    ? Integer.parseInt(lower.substring(15).strip())
                    : length;
        }
        in.readNBytes(length);
        while (chunked) {
            int size = Integer.parseInt(line(in), 16);
            in.readNBytes(size);
            line(in);
            chunked = size > 0;
        }
        out.write(("HTTP/1.1 " + status + " Odd\r\ncontent-length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static String line(DataInputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII).stripTrailing();
    }

    private void http2(DataInputStream in, OutputStream out) throws IOException {
        out.write(frame(SETTINGS, 0, 0, new byte[0]));
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            in.readNBytes(length);
            if (type == SETTINGS && flags == 0) {
                out.write(frame(SETTINGS, 1, 0, new byte[0]));
            } else if (type == HEADERS) {
                byte[] digits = Integer.toString(status).getBytes(StandardCharsets.US_ASCII);
                // A literal that is not indexed, its name the eighth of the static table: ":status".
                byte[] block = {0x08, 3, digits[0], digits[1], digits[2]};
                out.write(frame(HEADERS, END_STREAM_AND_HEADERS, stream, block));
            }
            out.flush();
        }
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return java.nio.ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
