package dev.parley.events;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Capability;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.ForwardingBackend;
import dev.parley.messaging.spi.Outgoing;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The broker in memory with failures that a test decides on, before or after a publication was stored. */
final class TroubledBackend extends ForwardingBackend {

    /** Asked before and after each publication; throws what it fails with. */
    @FunctionalInterface
    interface Trouble {
        void check(List<Outgoing> messages, boolean stored) throws Exception;
    }

    static final BrokerOptions IMPATIENT =
            BrokerOptions.defaults().withPublishTimeout(Duration.ofMillis(200)).withSource("test");

    private final Set<Capability> lacking;
    private volatile Trouble trouble = (messages, stored) -> {};

    TroubledBackend(Capability... lacking) {
        super(Backends.open("memory:", IMPATIENT));
        this.lacking = Set.of(lacking);
    }

    MessageBroker broker() {
        return MessageBroker.of(this, IMPATIENT);
    }

    void trouble(Trouble next) {
        trouble = next;
    }

    @Override
    public BackendProfile profile() {
        BackendProfile whole = super.profile();
        Set<Capability> fewer = EnumSet.copyOf(whole.capabilities());
        fewer.removeAll(lacking);
        return new BackendProfile(whole.system(), fewer, whole.confirm(), whole.maxMessageBytes());
    }

    @Override
    public void publish(List<Outgoing> messages) throws Exception {
        Trouble now = trouble;
        now.check(messages, false);
        super.publish(messages);
        now.check(messages, true);
    }

    @Override
    public void ping() throws Exception {
        trouble.check(List.of(), false);
        super.ping();
    }

    @Override
    public String toString() {
        return "troubled " + super.toString();
    }
}
