package dev.parley.examples.shop.servers;

import dev.parley.CallException;
import dev.parley.messaging.MessageBroker;
import dev.parley.rpc.Health;
import dev.parley.rpc.HealthComponent;
import dev.parley.rpc.HealthComponents;
import dev.parley.rpc.RpcServer;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Has a service tell of its broker, as the component {@code broker} of its health. */
final class BrokerHealth {

    /** It only looks at what is known: the broker object asks by itself. */
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private BrokerHealth() {}

    /** A service that is good for nothing without its broker: it is not ready while that is away. */
    static void needed(RpcServer.Builder server, MessageBroker broker, Deque<Runnable> closing) {
        watch(server, HealthComponent.critical("broker", () -> check(broker)), closing);
    }

    /** A service that answers without it: what it has to publish or to hear waits until it is back. */
    static void missed(RpcServer.Builder server, MessageBroker broker, Deque<Runnable> closing) {
        watch(server, HealthComponent.optional("broker", () -> check(broker)), closing);
    }

    private static void watch(RpcServer.Builder server, HealthComponent broker, Deque<Runnable> closing) {
        Health health = new Health();
        HealthComponents components = HealthComponents.start(health, List.of(broker.withInterval(INTERVAL)));
        closing.push(components::close);
        server.health(health);
    }

    private static void check(MessageBroker broker) {
        Optional<CallException> problem = broker.problem();
        if (problem.isPresent()) {
            throw problem.get();
        }
    }
}
