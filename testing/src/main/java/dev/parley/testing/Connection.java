package dev.parley.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A client's connection and the one that was made to the target for it: two links, two threads each. */
final class Connection {
    private static final int CONNECT_MILLIS = 3_000;

    private interface Part {
        void run() throws IOException, InterruptedException;
    }

    final int number;
    final Link upstream;
    final Link downstream;
    private final FaultProxy proxy;
    private final InetSocketAddress address;
    private final Socket client;
    private final Socket target = new Socket();
    private final AtomicInteger running = new AtomicInteger(4);
    private final AtomicBoolean over = new AtomicBoolean();

    Connection(int number, Socket client, InetSocketAddress address, FaultProxy proxy, Counts counts) {
        this.number = number;
        this.client = client;
        this.address = address;
        this.proxy = proxy;
        this.upstream =
                new Link(Direction.UPSTREAM, client, target, this, counts.receivedUpstream, counts.passedUpstream);
        this.downstream = new Link(
                Direction.DOWNSTREAM, target, client, this, counts.receivedDownstream, counts.passedDownstream);
    }

    Link link(Direction direction) {
        return direction == Direction.UPSTREAM ? upstream : downstream;
    }

    /** Runs until one of its four parts has ended; the other three run on threads of the proxy's. */
    void run() {
        try {
            client.setTcpNoDelay(true);
            target.setTcpNoDelay(true);
            target.connect(address, CONNECT_MILLIS);
        } catch (IOException e) {
            reset("target " + address + " was not reached: " + e.getMessage());
            return;
        }
        proxy.start(() -> part("client", upstream::receive));
        proxy.start(() -> part("target", upstream::send));
        proxy.start(() -> part("target", downstream::receive));
        part("client", downstream::send);
    }

    private void part(String peer, Part part) {
        try {
            part.run();
            if (running.decrementAndGet() == 0) {
                close("both sides have ended");
            }
        } catch (IOException broken) {
            reset(peer + " broke it off: " + broken.getMessage());
        } catch (InterruptedException e) {
            close("interrupted");
        }
    }

    /** Resets both sides; the first end of a connection counts, what comes later does nothing. */
    void reset(String reason) {
        if (over.compareAndSet(false, true)) {
            ended("reset: " + reason, true);
            reset(client);
            reset(target);
        }
    }

    void close(String reason) {
        if (over.compareAndSet(false, true)) {
            ended("closed: " + reason, false);
            quietly(client);
            quietly(target);
        }
    }

    /** Tells before the sockets show it, so that who sees a reset finds it counted. */
    private void ended(String how, boolean reset) {
        upstream.close();
        downstream.close();
        proxy.ended(this, how, reset);
    }

    /** Closes with RST in place of FIN. */
    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            // It is closed by now, which is all that can be done.
        }
        quietly(socket);
    }

    private static void quietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The socket is given up either way.
        }
    }
}
