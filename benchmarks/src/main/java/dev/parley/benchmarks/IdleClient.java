package dev.parley.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Opens connections to {@code /hello}, has one request answered on each, and keeps them open and idle.
 *
 * <p>Arguments: {@code http1} or {@code http2}, and the port on 127.0.0.1. A number on the input is how many to open;
 * printed is how many are open, and the end of the input closes them. The connections come from four addresses by
 * turns, so that ports do not run short.
 */
final class IdleClient {

    private static final int ADDRESSES = 4;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;

    private IdleClient() {}

    public static void main(String[] args) throws IOException {
        boolean http2 = args[0].equals("http2");
        InetSocketAddress server = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<Socket> open = new ArrayList<>();
        System.out.println("ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            for (int left = Integer.parseInt(line); left > 0; left--) {
                open.add(connect(server, open.size() % ADDRESSES, http2));
            }
            System.out.println(open.size());
        }
    }

    private static Socket connect(InetSocketAddress server, int number, boolean http2) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + (2 + number)), 0));
        socket.connect(server, 10_000);
        socket.getOutputStream().write(http2 ? http2Request() : http1Request());
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        if (http2) {
            readHttp2(in, socket);
        } else {
            readHttp1(in);
        }
        return socket;
    }

    private static byte[] http1Request() {
        return "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    /** Preface, empty SETTINGS, and HEADERS with :method GET, :scheme http, :path /hello, :authority localhost (RFC 7541). */
    private static byte[] http2Request() {
        String block = "\u0082\u0086\u0004\u0006/hello\u0001\u0009localhost";
        String frames = "\0\0\0\u0004\0\0\0\0\0" + "\0\0" + (char) block.length() + "\u0001\u0005\0\0\0\u0001" + block;
        return ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frames).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void readHttp1(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        if (!head.toString().startsWith("HTTP/1.1 200 ")) {
            throw new IOException("not answered with 200: " + head);
        }
        checkHello(in.readNBytes(HelloServer.HELLO.length));
    }

    private static void readHttp2(DataInputStream in, Socket socket) throws IOException {
        StringBuilder body = new StringBuilder();
        boolean settled = false;
        boolean ended = false;
        boolean ok = false;
        while (!ended || !settled) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(length);
            switch (type) {
                case SETTINGS -> {
                    if ((flags & ACK) == 0) {
                        socket.getOutputStream().write(new byte[] {0, 0, 0, SETTINGS, ACK, 0, 0, 0, 0});
                        settled = true;
                    }
                }
                case HEADERS -> ok = (payload[0] & 0xff) == 0x88; // :status 200, from the static table
                case DATA -> body.append(new String(payload, StandardCharsets.US_ASCII));
                default -> {}
            }
            ended |= stream == 1 && (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }
        if (!ok) {
            throw new IOException("not answered with 200");
        }
        checkHello(body.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static void checkHello(byte[] body) throws IOException {
        if (!Arrays.equals(body, HelloServer.HELLO)) {
            throw new IOException("wrong answer: " + new String(body, StandardCharsets.US_ASCII));
        }
    }
}
