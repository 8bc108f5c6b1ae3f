package dev.parley.messaging.internal;

import dev.parley.Attributes;
import dev.parley.Call;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What telemetry wants to know of a call's broker. It is left on calls that have interceptors. Immutable.
 *
 * @param backend which names topics and groups
 * @param address the server's host; empty if there is none, or several
 * @param port the server's; 0 if there is none, or it is not known
 * @param from what takes messages; empty of publications
 */
public record TelemetryNames(BrokerBackend backend, String address, int port, Optional<ConsumerSpec> from) {

    /** What the topics of answers to requests begin with; a random part follows. */
    public static final String REPLIES = "parley.replies.";

    private static final Attributes.Key<TelemetryNames> KEY = Attributes.Key.of("telemetry names");
    private static final Attributes.Key<Boolean> SENT = Attributes.Key.of("sent");
    private static final Map<String, Integer> PORTS =
            Map.of("amqp", 5672, "amqps", 5671, "kafka", 9092, "postgresql", 5432);

    static TelemetryNames of(BrokerBackend backend) {
        try {
            BrokerUri uri = BrokerUri.parse(backend.toString());
            List<String> hosts = uri.hosts();
            if (hosts.size() == 1) {
                return of(backend, hosts.getFirst(), PORTS.getOrDefault(uri.scheme(), 0));
            }
        } catch (IllegalArgumentException e) {
            // A backend's text need not be a URI: then there is no address.
        }
        return new TelemetryNames(backend, "", 0, Optional.empty());
    }

    private static TelemetryNames of(BrokerBackend backend, String host, int otherwise) {
        int colon = host.endsWith("]") ? -1 : host.lastIndexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        return new TelemetryNames(
                backend,
                name.startsWith("[") ? name.substring(1, name.length() - 1) : name,
                colon < 0 ? otherwise : Integer.parseInt(host.substring(colon + 1)),
                Optional.empty());
    }

    /** This for what a consumer takes. */
    TelemetryNames from(ConsumerSpec spec) {
        return new TelemetryNames(backend, address, port, Optional.of(spec));
    }

    /** Leaves it on a call. */
    void on(Call call) {
        call.attributes().put(KEY, this);
    }

    /** Notes that a publication is on its way to the broker. */
    static void sent(Call call) {
        call.attributes().put(SENT, true);
    }

    /** What was left on a call. */
    public static Optional<TelemetryNames> find(Call call) {
        return call.attributes().get(KEY);
    }

    /** Whether a call's publication has got as far as the broker's client; also where nobody takes note of that. */
    public static boolean wasSent(Call call) {
        return find(call).isEmpty() || call.attributes().get(SENT).orElse(false);
    }
}
