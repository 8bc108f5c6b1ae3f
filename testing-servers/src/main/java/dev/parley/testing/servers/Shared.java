package dev.parley.testing.servers;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A server that the tests of a JVM share: made when first asked for, ended with the JVM by {@code ServerProcess}. */
final class Shared<S> {
    static final Shared<PostgresServer> POSTGRES = new Shared<>(PostgresServer::start);

    static final Shared<RabbitMqServer> RABBIT_MQ = new Shared<>(RabbitMqServer::start);

    static final Shared<KafkaServer> KAFKA = new Shared<>(KafkaServer::start);

    private final Start<S> start;
    private @Nullable S server; // guarded by this

    private Shared(Start<S> start) {
        this.start = start;
    }

    /** How one is started. */
    @FunctionalInterface
    interface Start<S> {
        S start() throws IOException, InterruptedException;
    }

    synchronized S get() throws IOException, InterruptedException {
        S now = server;
        if (now == null) {
            now = start.start();
            server = now;
        }
        return now;
    }
}
