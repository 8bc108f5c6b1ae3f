package dev.parley.testing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A server that does with each connection what it is told to. */
final class RawPeer implements AutoCloseable {

    interface Talk {
        void with(Socket socket) throws Exception;
    }

    /** As many as a proxy connects at once: one too many waits for seconds until it is tried again. */
    private static final int BACKLOG = 1_000;

    final AtomicInteger accepted = new AtomicInteger();
    private final ServerSocket listener;
    private final Thread acceptor;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    RawPeer(Talk talk) throws IOException {
        listener = new ServerSocket(0, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        acceptor = Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = listener.accept();
                    accepted.incrementAndGet();
                    sockets.add(socket);
                    Thread.ofVirtual().start(() -> talk(talk, socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    /** Sends back what comes, until the client ends its side. */
    static RawPeer echo() throws IOException {
        return new RawPeer(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
    }

    private static void talk(Talk talk, Socket socket) {
        try (socket) {
            talk.with(socket);
        } catch (Exception gone) {
            // The other side left, or the test is over.
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Nobody can connect any more: the port is free once the accepting thread has noticed. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the port was closed");
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** A client; it waits 10 s at most for what it reads. */
    static Socket connect(FaultProxy proxy) throws IOException {
        Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), proxy.port());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("waited 10 s until " + what);
            }
            Thread.sleep(2);
        }
    }

    /** Reads until the peer resets the connection; an end, or silence for 10 s, is an error. Returns what came before. */
    static int readUntilReset(Socket socket) throws IOException {
        byte[] buffer = new byte[8192];
        int total = 0;
        while (true) {
            int count;
            try {
                count = socket.getInputStream().read(buffer);
            } catch (SocketException reset) {
                return total;
            }
            if (count < 0) {
                throw new IOException("ended behind " + total + " bytes in place of a reset");
            }
            total += count;
        }
    }
}
