package dev.parley.examples.shop.scenario;

import dev.parley.rpc.Channel;
import java.util.ArrayDeque;
import java.util.Deque;

/** Servers in a row and the channels between them, closed from the caller's end. */
final class Hops implements AutoCloseable {

    private final Deque<Runnable> closing = new ArrayDeque<>();

    /** One more server; gives its URL. */
    String add(Relay relay) {
        closing.push(relay::close);
        return relay.url();
    }

    Channel keep(Channel channel) {
        closing.push(channel::close);
        return channel;
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
    }
}
