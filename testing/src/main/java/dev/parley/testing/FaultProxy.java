package dev.parley.testing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on a free port of 127.0.0.1 in front of a target, with a network between the two that fails on demand.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(server.port())) {
 *     proxy.inject(new Fault.Latency(Duration.ofMillis(200)));
 *     proxy.inject(Direction.DOWNSTREAM, new Fault.Reset(1_000));
 *     // ... a client of "127.0.0.1:" + proxy.port() ...
 *     proxy.heal();
 * }
 * }</pre>
 *
 * <p>Faults may be injected, replaced and healed while connections are open. Faults of different kinds work together; one
 * of the same kind takes the place of the last. Back-pressure passes through: a direction holds 256 KiB beside the
 * system's buffers, then reads no more. 1,000 connections may be open at a time, further ones are reset. A side that
 * resets its connection makes the proxy reset the other one; a target that cannot be reached within 3 s makes it reset
 * the client's.
 *
 * <p>Thread-safe. All its threads are virtual; {@link #close} ends them.
 */
public final class FaultProxy implements AutoCloseable {

    /** Those that are open in this process, with the thread that opened each: {@link Fixture} looks for forgotten ones. */
    static final Map<FaultProxy, Thread> OPEN = new ConcurrentHashMap<>();

    private static final int MAX_CONNECTIONS = 1_000;
    private static final int BACKLOG = 128;
    private static final int LOG_LINES = 100;
    private static final int CLOSE_SECONDS = 5;

    private record Injected(Direction direction, Fault.OfStream fault) {}

    private final InetSocketAddress target;
    private final InetSocketAddress address;
    private final ExecutorService threads;
    private final Counts counts = new Counts();
    private final long openedAt = System.nanoTime();
    private final ReentrantLock listening = new ReentrantLock();
    // These three are guarded by listening, which is taken before the monitor.
    private @Nullable ServerSocket listener;
    private @Nullable Future<?> acceptor;
    /** Bound and not listening: keeps the port while connections are refused. */
    private @Nullable Socket placeholder;

    // All guarded by this.
    private boolean resetsOnConnect;
    private final List<Injected> faults = new ArrayList<>();
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Deque<String> log = new ArrayDeque<>();
    private int numbers;
    private boolean closed;

    private FaultProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        ServerSocket first = listen(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        this.address = new InetSocketAddress(first.getInetAddress(), first.getLocalPort());
        this.threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual()
                .name("parley-fault-proxy-" + address.getPort() + "-", 0)
                .factory());
        accept(first);
        OPEN.put(this, Thread.currentThread());
    }

    /** Opens a proxy in front of a port of 127.0.0.1. */
    public static FaultProxy to(int port) throws IOException {
        return to("127.0.0.1", port);
    }

    /** Opens a proxy in front of the first address of a host, whose name is looked up now. */
    public static FaultProxy to(String host, int port) throws IOException {
        return new FaultProxy(new InetSocketAddress(InetAddress.getAllByName(host)[0], port));
    }

    /** The port of 127.0.0.1 that clients connect to; it stays the same until {@link #close}. */
    public int port() {
        return address.getPort();
    }

    /** Host and port for a URL: {@code 127.0.0.1:PORT}. */
    public String authority() {
        return "127.0.0.1:" + port();
    }

    /**
     * Injects a fault of connecting, or one of the bytes in both directions.
     *
     * @throws IllegalStateException when the proxy is closed
     */
    public void inject(Fault fault) throws IOException {
        checkOpen();
        switch (fault) {
            case Fault.OfStream stream -> {
                for (Direction direction : Direction.values()) {
                    inject(direction, stream);
                }
            }
            case Fault.ResetOnConnect _ -> resetOnConnect(true);
            case Fault.Refuse _ -> refuse();
        }
    }

    private synchronized void resetOnConnect(boolean reset) {
        resetsOnConnect = reset;
        log(reset ? "new connections are reset" : "healed");
    }

    /**
     * Injects a fault of the bytes in one direction.
     *
     * @throws IllegalStateException when the proxy is closed
     */
    public synchronized void inject(Direction direction, Fault.OfStream fault) {
        checkOpen();
        log("injected " + fault + " " + direction);
        faults.removeIf(other -> other.direction == direction && other.fault.getClass() == fault.getClass());
        faults.add(new Injected(direction, fault));
        for (Connection connection : List.copyOf(connections)) {
            if (connection.link(direction).arm(fault)) {
                connection.reset("fault: " + fault + " " + direction);
            }
        }
    }

    /**
     * Undoes all faults; what waited goes on. Connections that lost bytes are reset.
     *
     * @throws IllegalStateException when the proxy is closed
     */
    public void heal() throws IOException {
        checkOpen();
        resetOnConnect(false);
        healConnections();
        listening.lock();
        try {
            checkOpen();
            if (listener == null) {
                // Both may be bound until one listens, so that the port is never anybody else's.
                accept(listen(address));
                closePlaceholder();
            }
        } finally {
            listening.unlock();
        }
    }

    private synchronized void healConnections() {
        faults.clear();
        for (Connection connection : connections) {
            connection.upstream.heal();
            connection.downstream.heal();
        }
    }

    /** Resets all connections that are open, once; later ones are not affected. */
    public synchronized void resetConnections() {
        for (Connection connection : List.copyOf(connections)) {
            connection.reset("all were to be reset");
        }
    }

    /** What has passed up to now; each number is exact, all together are no snapshot while bytes are under way. */
    public synchronized Traffic traffic() {
        return counts.read(connections.size());
    }

    /** What happened, for people: addresses, traffic, faults and the last 100 events with their milliseconds. */
    public synchronized String report() {
        StringBuilder text = new StringBuilder("fault proxy " + authority() + " -> " + target + "\n");
        text.append("  ").append(traffic()).append('\n');
        log.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    @Override
    public String toString() {
        return "FaultProxy[" + authority() + " -> " + target + "]";
    }

    /**
     * Closes the port and all connections, and waits for the threads to end. Further calls do nothing.
     *
     * @throws IllegalStateException when a thread has not ended within 5 s, which is a bug of the proxy
     */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        OPEN.remove(this);
        closeListening();
        for (Connection connection : connections()) {
            connection.close("the proxy was closed");
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
                throw new IllegalStateException("threads of " + this + " have not ended");
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    // ---- listening

    private static ServerSocket listen(InetSocketAddress address) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address, BACKLOG);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new IOException("cannot listen at " + address + ": " + e.getMessage(), e);
        }
    }

    private void accept(ServerSocket from) {
        listener = from;
        acceptor = threads.submit(() -> {
            while (accepts(from)) {
                // Until it is closed.
            }
        });
    }

    private boolean accepts(ServerSocket from) {
        Socket client;
        try {
            client = from.accept();
        } catch (IOException e) {
            if (!from.isClosed()) {
                log("accepts no more: " + e);
            }
            return false;
        }
        Connection connection = register(client);
        if (connection == null) {
            Connection.reset(client);
        } else {
            start(connection::run);
        }
        return true;
    }

    private synchronized @Nullable Connection register(Socket client) {
        if (closed) {
            return null;
        }
        if (resetsOnConnect || connections.size() >= MAX_CONNECTIONS) {
            counts.rejected.incrementAndGet();
            log("rejected " + client.getRemoteSocketAddress()
                    + (resetsOnConnect ? "" : ": " + MAX_CONNECTIONS + " connections are open"));
            return null;
        }
        counts.accepted.incrementAndGet();
        Connection connection = new Connection(++numbers, client, target, this, counts);
        connections.add(connection);
        log("connection " + connection.number + " from " + client.getRemoteSocketAddress());
        boolean reset = false;
        for (Injected each : faults) {
            reset |= connection.link(each.direction).arm(each.fault);
        }
        if (reset) {
            connection.reset("fault: at once");
        }
        return connection;
    }

    private void refuse() throws IOException {
        listening.lock();
        try {
            checkOpen();
            if (listener != null) {
                closeListener();
                Socket socket = new Socket();
                socket.setReuseAddress(true);
                socket.bind(address);
                placeholder = socket;
            }
        } finally {
            listening.unlock();
        }
        log("new connections are refused");
    }

    private void closeListening() throws IOException {
        listening.lock();
        try {
            closeListener();
            closePlaceholder();
        } finally {
            listening.unlock();
        }
    }

    /** The port is free once the accepting thread has noticed. */
    private void closeListener() throws IOException {
        if (listener != null && acceptor != null) {
            listener.close();
            try {
                acceptor.get(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("the accepting thread of " + this + " has not ended", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the port was closed");
            }
            listener = null;
        }
    }

    private void closePlaceholder() throws IOException {
        if (placeholder != null) {
            placeholder.close();
            placeholder = null;
        }
    }

    // ---- for connections

    /** Runs it on a thread of the proxy's; not at all once the proxy is closed, as the connections are by then. */
    synchronized void start(Runnable part) {
        if (!closed) {
            threads.execute(part);
        }
    }

    synchronized void ended(Connection connection, String how, boolean reset) {
        connections.remove(connection);
        if (reset) {
            counts.resets.incrementAndGet();
        }
        log("connection " + connection.number + " " + how);
    }

    private synchronized List<Connection> connections() {
        return List.copyOf(connections);
    }

    private synchronized void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    private synchronized void log(String event) {
        if (log.size() == LOG_LINES) {
            log.removeFirst();
        }
        log.add("%6d ms %s".formatted((System.nanoTime() - openedAt) / 1_000_000, event));
    }
}
