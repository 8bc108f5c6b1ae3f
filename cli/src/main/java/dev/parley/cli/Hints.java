package dev.parley.cli;

import dev.parley.CallException;
import dev.parley.messaging.BrokerUri;
import java.util.Locale;
import java.util.Optional;

/** What somebody at a command line can do about an error that the library words for programs. */
final class Hints {

    private Hints() {}

    /** A clause for the end of the line, or nothing. */
    static String of(CallException error) {
        String message = error.message().toLowerCase(Locale.ROOT);
        if (message.contains("tls handshake")) {
            boolean untrusted = message.contains("certifica") || message.contains("subject alternative");
            return untrusted
                    ? "; --cacert FILE trusts another authority, --authority HOST expects another name"
                    : "; if the server speaks no TLS there, say http://";
        }
        if (message.contains("no http/2 settings")) {
            return "; if the server speaks TLS there, say https://, and if it speaks HTTP/1.1 alone, --protocol connect or"
                    + " rest with --schema";
        }
        if (message.startsWith("the answer is not")) {
            return "; the server may speak another --protocol";
        }
        return "";
    }

    /**
     * What somebody who looks at queues does not see, and how to.
     *
     * @param named whether the queues were asked for by name
     */
    static Optional<String> unseenQueues(String uri, boolean named) {
        BrokerUri broker = BrokerUri.parse(uri);
        if (!broker.scheme().startsWith("amqp")
                || broker.parameter("management").isPresent()) {
            return Optional.empty();
        }
        String more =
                "its management API does: with the plugin rabbitmq_management, add the option management=15672 to the URI, as in"
                        + " 'amqp://HOST?management=15672'";
        return Optional.of(
                named
                        ? "AMQP tells neither ages, nor what waits for its time, nor what is with others' consumers; "
                                + more
                        : "AMQP cannot list queues; " + more + ", or name them with --queue TOPIC/GROUP");
    }
}
