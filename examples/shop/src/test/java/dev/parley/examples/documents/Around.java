package dev.parley.examples.documents;

/** What a reader of an example has around it: imports, and the variables and methods that the text speaks of. */
final class Around {

    private static final String IMPORTS = """
            import dev.parley.*;
            import dev.parley.messaging.*;
            import dev.parley.resilience.*;
            import java.time.*;
            import java.util.*;
            """;

    private static final String ORDERS = """
            record OrderPlaced(String order, int cents) {}
            MessageBroker broker;
            Topic<OrderPlaced> placed;
            Message<OrderPlaced> message;
            void send(Object order) {}
            """;

    private static final String EVENT_IMPORTS = """
            import dev.parley.events.*;
            import dev.parley.store.*;
            import io.opentelemetry.api.OpenTelemetry;
            """;

    private static final String EVENTS = """
            sealed interface OrderEvent {}
            record OrderPlaced(String orderId, int total) implements OrderEvent {}
            record OrderConfirmed(String orderId) implements OrderEvent {}
            record OrderCancelled(String orderId) implements OrderEvent {}
            record Order(String id, int total) {
                static final Order NONE = new Order("", 0);
                Order with(OrderEvent event) { return this; }
            }
            EventType<OrderPlaced> placed;
            EventType<OrderConfirmed> confirmed;
            EventType<OrderCancelled> cancelled;
            EventCatalog catalog;
            MessageBroker broker;
            Store store;
            EventStore<OrderEvent> events;
            Outbox outbox;
            OutboxRelay relay;
            Inbox inbox;
            OpenTelemetry openTelemetry;
            Order order;
            OrderPlaced event;
            Instant from;
            Instant to;
            void send(OrderPlaced placed) {}
            void insertOrder(Transaction tx, Order order) throws java.sql.SQLException {}
            void insertEmail(Transaction tx, OrderPlaced placed) throws java.sql.SQLException {}
            """;

    private static final String SERVICES = """
            record User(long id, String name) {}
            record NewUser(String name) {}
            record OrderPlaced(String order, int cents) {}
            interface Users { Optional<User> find(long id); User add(NewUser user); }
            interface Payments {
                ServiceDefinition<Payments> DEFINITION = null;
                interface Client extends Payments { Client with(CallOptions options); void pay(String request); }
                static Client client(Channel channel) { return null; }
            }
            interface OrderService { ServiceDefinition<OrderService> DEFINITION = null; }
            interface InventoryService { ServiceDefinition<InventoryService> DEFINITION = null; }
            Users users; Payments payments; OrderService orders; InventoryService inventory;
            Channel channel; String orderId; String request; List<Long> ids; Path key;
            Messages<Integer> ticks() { return Messages.of(1); }
            void echo(WebSocket socket) {}
            void send(OrderPlaced order) {}
            """;

    private Around() {}

    /** A whole class. */
    static String service() {
        return "import dev.parley.examples.hello.*;\nimport dev.parley.rpc.*;\n$snippet";
    }

    /** The README's, which are about all modules. */
    static String readme() {
        return """
                import dev.parley.discovery.*;
                import dev.parley.examples.hello.*;
                import dev.parley.http.*;
                import dev.parley.rest.*;
                import dev.parley.rpc.*;
                import dev.parley.telemetry.*;
                import java.nio.file.Path;
                """ + method("", SERVICES + "Path chain;\n");
    }

    static String messages() {
        return method("import dev.parley.rpc.*;", ORDERS + """
                void store(List<Delivery<OrderPlaced>> deliveries) {}
                String priceOf(String currencies) { return currencies; }
                """);
    }

    static String telemetryOfMessages() {
        return method("import io.opentelemetry.api.OpenTelemetry;", "OpenTelemetry openTelemetry;");
    }

    /** Those for authors of backends. */
    static String backends() {
        return method("import dev.parley.messaging.internal.*;\nimport dev.parley.messaging.spi.*;", """
                BrokerBackend backend;
                BrokerProvider provider;
                Message<byte[]> message;
                """);
    }

    static String brokerServer() {
        return method("import dev.parley.broker.*;", "");
    }

    static String events() {
        return method(EVENT_IMPORTS, EVENTS);
    }

    /** With a topic where events have a type. */
    static String outbox() {
        return method(EVENT_IMPORTS, EVENTS.replace("EventType<OrderPlaced> placed", "Topic<OrderPlaced> placed"));
    }

    static String store() {
        return method("import dev.parley.messaging.store.*;\nimport dev.parley.store.*;\nimport java.sql.*;", """
                record Order(String id) {}
                interface Orders { void insert(Transaction tx, Order order); }
                Store store; Transaction tx; dev.parley.store.Position position; Orders orders; Order order;
                """);
    }

    static String kit() {
        return method("import dev.parley.tck.messaging.*;\nimport dev.parley.testing.*;", """
                interface MyServerProcess { int port(); }
                MyServerProcess server;
                ServerProcess process;
                FaultProxy proxy;
                """);
    }

    static String servers() {
        return method("import dev.parley.testing.servers.*;\nimport java.sql.*;", "");
    }

    static String rabbitMq() {
        return method("import com.rabbitmq.client.*;\nimport dev.parley.testing.servers.*;", "");
    }

    static String kafka() {
        return method("import dev.parley.testing.servers.*;\nimport org.apache.kafka.clients.admin.Admin;", "");
    }

    static String calls() {
        return method("""
                import dev.parley.chain.*;
                import dev.parley.discovery.*;
                import dev.parley.rpc.*;
                import dev.parley.telemetry.*;
                """, """
                Telemetry telemetry; Interceptor audit; Cluster cluster; Call call; Outcome outcome;
                void log(Object event) {}
                void show(Object snapshot) {}
                """);
    }

    /** Statements, in a method; the fields may be declared again by the example. */
    private static String method(String imports, String members) {
        return imports + '\n' + IMPORTS + "class Example {\n" + members
                + "void run() throws Exception {\n$snippet\n}}\n";
    }
}
