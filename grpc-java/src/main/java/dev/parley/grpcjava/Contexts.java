package dev.parley.grpcjava;

import dev.parley.Call;
import dev.parley.Deadline;
import dev.parley.Peer;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What grpc-java code finds out about its call from {@link Context} and {@link Attributes}. */
final class Contexts {

    // grpc-java wants a timer for each deadline; the call's own is what ends it.
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private Contexts() {}

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform().daemon().name("parley-grpc-java-deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** A context with the deadline of {@code call}, so that stubs called under it inherit that. */
    static Context.CancellableContext of(Call call) {
        Deadline deadline = call.deadline();
        Context current = Context.current();
        return deadline.isNone()
                ? current.withCancellation()
                : current.withDeadlineAfter(deadline.remainingNanos(), TimeUnit.NANOSECONDS, TIMER);
    }

    static Attributes attributes(Peer peer) {
        return address(peer.address())
                .map(address -> Attributes.newBuilder()
                        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, address)
                        .build())
                .orElse(Attributes.EMPTY);
    }

    /** The address of a peer; empty if it has none, as in process. Never looks a name up. */
    private static Optional<InetSocketAddress> address(String text) {
        int colon = text.lastIndexOf(':');
        try {
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(new InetSocketAddress(
                            InetAddress.ofLiteral(text.substring(0, colon)),
                            Integer.parseInt(text.substring(colon + 1))));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }
}
