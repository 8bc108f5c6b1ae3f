package dev.parley.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does with each connection what it is told to. */
final class RawServer implements AutoCloseable {

    interface Peer {
        void talk(Socket socket) throws Exception;
    }

    final AtomicInteger accepted = new AtomicInteger();
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    RawServer(Peer peer) throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    accepted.incrementAndGet();
                    sockets.add(socket);
                    Thread.ofVirtual().start(() -> talk(peer, socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private static void talk(Peer peer, Socket socket) {
        try (socket) {
            peer.talk(socket);
        } catch (Exception gone) {
            // The other side left, or the test is over.
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    String authority() {
        return "127.0.0.1:" + port();
    }

    /** Reads up to the end of a head. */
    static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("ended");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
