package dev.parley.http;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** HTTP/2 frame by frame, for peers that do what no library would. Headers only by the static table of HPACK. */
final class Frames implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    /** {@code :status: 200}. */
    static final byte[] OK = {(byte) 0x88};

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean ends() {
            return (flags & END_STREAM) != 0;
        }

        int code() {
            return java.nio.ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    Frames(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(new java.io.BufferedOutputStream(socket.getOutputStream()));
    }

    /** As a client: sends preface and settings. */
    static Frames connect(int port) throws IOException {
        Frames frames = new Frames(new Socket(InetAddress.getLoopbackAddress(), port));
        frames.out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frames.write(SETTINGS, 0, 0, new byte[0]);
        return frames;
    }

    /** As a server: reads the preface, sends settings. */
    Frames accept() throws IOException {
        in.readNBytes(24);
        write(SETTINGS, 0, 0, new byte[0]);
        return this;
    }

    Frames write(int type, int flags, int stream, byte[] payload) throws IOException {
        put(type, flags, stream, payload);
        out.flush();
        return this;
    }

    /** The same frame many times, in few writes: a flood must not be slow because the machine is busy. */
    void flood(int type, byte[] payload, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            put(type, 0, 0, payload);
        }
        out.flush();
    }

    private void put(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeInt(payload.length << 8 | type);
        out.write(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    /** A request with no more than a method (static index 2 GET, 3 POST), path "/" and http. */
    Frames request(int stream, boolean post, boolean end) throws IOException {
        byte[] block = {(byte) (post ? 0x83 : 0x82), (byte) 0x84, (byte) 0x86};
        return write(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block);
    }

    static byte[] number(int... values) {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(values.length * 4);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    /** The next frame; acknowledges settings and pings on the way. Null at the end of the connection. */
    @org.jspecify.annotations.Nullable
    Frame read() throws IOException {
        try {
            int lengthAndType = in.readInt();
            int flags = in.read();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            Frame frame = new Frame(lengthAndType & 0xff, flags, stream, payload);
            if ((frame.type == SETTINGS || frame.type == PING) && (flags & ACK) == 0) {
                write(frame.type, ACK, 0, frame.type == PING ? payload : new byte[0]);
            }
            return frame;
        } catch (java.io.EOFException | java.net.SocketException e) {
            return null;
        }
    }

    /** The next frame; answers nothing, so that another thread may write. Null at the end of the connection. */
    @org.jspecify.annotations.Nullable
    Frame readOnly() throws IOException {
        try {
            int lengthAndType = in.readInt();
            int flags = in.read();
            int stream = in.readInt();
            return new Frame(lengthAndType & 0xff, flags, stream, in.readNBytes(lengthAndType >>> 8));
        } catch (java.io.EOFException | java.net.SocketException e) {
            return null;
        }
    }

    /** The next frame of this type, passing over others. */
    Frame await(int type) throws IOException {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.type == type && (type != SETTINGS || (frame.flags & ACK) == 0)) {
                return frame;
            }
        }
        throw new IOException("the connection ended before a frame of type " + type);
    }

    /** The next frame of this stream, passing over others. */
    Frame awaitStream(int stream) throws IOException {
        for (Frame frame = read(); frame != null; frame = read()) {
            if (frame.stream == stream) {
                return frame;
            }
        }
        throw new IOException("the connection ended before a frame of stream " + stream);
    }

    /** Reads until the peer closes. */
    void drain() throws IOException {
        Frame frame = read();
        while (frame != null) {
            frame = read();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
