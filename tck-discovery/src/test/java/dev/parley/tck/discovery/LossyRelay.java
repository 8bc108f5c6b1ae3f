package dev.parley.tck.discovery;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Passes datagrams on to a server and its answers back, but for those that it was told to lose. */
final class LossyRelay implements AutoCloseable {

    private final DatagramSocket socket;
    private final int server;
    private final Map<InetSocketAddress, DatagramSocket> clients = new ConcurrentHashMap<>();
    private final AtomicInteger toLose = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    LossyRelay(int server) throws IOException {
        this.server = server;
        this.socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::requests);
    }

    int port() {
        return socket.getLocalPort();
    }

    void lose(int requests) {
        toLose.set(requests);
    }

    int lost() {
        return lost.get();
    }

    private void requests() {
        while (true) {
            DatagramPacket packet = received(socket);
            if (packet == null) {
                return;
            }
            if (toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                lost.incrementAndGet();
                continue;
            }
            InetSocketAddress client = (InetSocketAddress) packet.getSocketAddress();
            try {
                DatagramSocket upstream = clients.computeIfAbsent(client, this::upstream);
                packet.setSocketAddress(new InetSocketAddress("127.0.0.1", server));
                upstream.send(packet);
            } catch (IOException e) {
                return;
            }
        }
    }

    private DatagramSocket upstream(InetSocketAddress client) {
        try {
            DatagramSocket upstream = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
            Thread.ofVirtual().start(() -> answers(upstream, client));
            return upstream;
        } catch (SocketException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void answers(DatagramSocket upstream, InetSocketAddress client) {
        while (true) {
            DatagramPacket packet = received(upstream);
            if (packet == null) {
                return;
            }
            packet.setSocketAddress(client);
            try {
                socket.send(packet);
            } catch (IOException e) {
                return;
            }
        }
    }

    private static @Nullable DatagramPacket received(DatagramSocket socket) {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        try {
            socket.receive(packet);
            return packet;
        } catch (IOException e) {
            return null; // closed
        }
    }

    @Override
    public void close() {
        socket.close();
        clients.values().forEach(DatagramSocket::close);
    }
}
