package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.SocketConfigurators;
import com.rabbitmq.client.impl.AMQConnection;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import dev.parley.CallException;
import dev.parley.Code;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One connection, opened when it is asked for and again when it has ended: the client's own recovery is off, because it would bring back a
 * channel whose deliveries nobody can acknowledge any more. Asked on {@link Workers}' threads only. Thread-safe.
 */
final class Link implements AutoCloseable {
    // Far more than a healthy server takes, and less than the client's ten minutes.
    private static final int RPC_MILLIS = 20_000;
    private static final int ABORT_MILLIS = 2_000;

    private final Settings settings;
    private final String name;
    private final ConnectionFactory factory;
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile @Nullable Connection connection;
    private volatile @Nullable Socket socket;
    private volatile @Nullable String blocked;
    private volatile boolean closed;
    private @Nullable Exception lastFailure; // guarded by this

    Link(Settings settings, String name, Workers workers, int connectMillis) {
        this.settings = settings;
        this.name = name;
        this.factory = new ConnectionFactory();
        factory.setUsername(settings.user());
        factory.setPassword(settings.password().text());
        factory.setVirtualHost(settings.virtualHost());
        factory.setRequestedHeartbeat(settings.heartbeatSeconds());
        factory.setConnectionTimeout(connectMillis);
        factory.setHandshakeTimeout(connectMillis);
        factory.setChannelRpcTimeout(RPC_MILLIS);
        factory.setChannelShouldCheckRpcResponseType(true);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setThreadFactory(workers.threads());
        factory.setSharedExecutor(workers.deliveries());
        factory.setExceptionHandler(new Quiet());
        factory.setSocketConfigurator(SocketConfigurators.defaultConfigurator().andThen(made -> socket = made));
        if (settings.tls()) {
            try {
                factory.useSslProtocol(SSLContext.getDefault());
                factory.enableHostnameVerification();
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException(
                        settings.shown() + ": this JVM's default TLS context cannot be used", e);
            }
        }
    }

    /** Errors of connections reach those who use them; the client's warnings in the log would say them twice. */
    private static final class Quiet extends DefaultExceptionHandler {
        @Override
        protected void log(String message, Throwable e) {}
    }

    /** An open connection. */
    Connection connection() throws IOException, TimeoutException {
        Connection now = connection;
        if (now != null && now.isOpen()) {
            return now;
        }
        int seen = attempts.get();
        synchronized (this) {
            now = connection;
            if (now != null && now.isOpen()) {
                return now;
            }
            if (closed) {
                throw new CallException(Code.UNAVAILABLE, "RabbitMQ at " + settings.where() + ": closed");
            }
            Exception failure = lastFailure;
            if (attempts.get() != seen && failure != null) {
                // Another one tried while we waited: not each in turn.
                throw RabbitErrors.of(settings, "connect", failure);
            }
            return open();
        }
    }

    private Connection open() throws IOException, TimeoutException {
        try {
            factory.setClientProperties(clientProperties());
            Connection made = factory.newConnection(settings.servers(), "parley " + name);
            blocked = null;
            made.addBlockedListener(new Alarm());
            connection = made;
            lastFailure = null;
            return made;
        } catch (IOException | TimeoutException | RuntimeException e) {
            lastFailure = e;
            throw e;
        } finally {
            attempts.incrementAndGet();
        }
    }

    private Map<String, Object> clientProperties() {
        Map<String, Object> properties = new HashMap<>(AMQConnection.defaultClientProperties());
        properties.put("product", "Parley");
        return properties;
    }

    private final class Alarm implements BlockedListener {
        @Override
        public void handleBlocked(String reason) {
            blocked = reason;
        }

        @Override
        public void handleUnblocked() {
            blocked = null;
        }
    }

    /** Why the server takes no publications at present; null if it does, or nobody knows. */
    @Nullable
    String blocked() {
        Connection now = connection;
        return now != null && now.isOpen() ? blocked : null;
    }

    /** Ends the connection without ado: whoever waits for it is told. */
    void drop() {
        Connection now = connection;
        Socket below = socket;
        if (now == null) {
            return;
        }
        // A farewell waits for whoever is in the middle of a write that the server does not read, and for an answer:
        // not for long. On a thread
        // of its own, because ours may be a virtual one.
        Thread farewell =
                Thread.ofPlatform().daemon().name("parley-rabbitmq-close").start(() -> now.abort(ABORT_MILLIS));
        try {
            farewell.join(blocked == null ? ABORT_MILLIS : 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (below != null) {
            closeQuietly(below);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone, which is what was wanted.
        }
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }
}
