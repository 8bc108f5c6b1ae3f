package dev.parley.chain;

import dev.parley.discovery.Cluster;
import dev.parley.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chains that servers and clients begin with, outermost first, and why each entry stands where it does. A user changes
 * them by name:
 *
 * <pre>{@code
 * ClientResilience payments = new ClientResilience("payment-service", ClientPolicies.defaults());
 * Chain chain = DefaultChains.client(payments, Telemetry.off()).without("bulkhead");
 * }</pre>
 */
public final class DefaultChains {

    private DefaultChains() {}

    /** What RPC calls to {@code client}'s service go through; its policies tell {@code telemetry} what they do. */
    public static Chain client(ClientResilience client, Telemetry telemetry) {
        return client(client, telemetry, Optional.empty());
    }

    /** As {@link #client(ClientResilience, Telemetry)}, to a service whose endpoints are in {@code cluster}. */
    public static Chain client(ClientResilience client, Telemetry telemetry, Optional<Cluster> cluster) {
        if (!telemetry.isOff()) {
            client.listen(telemetry.listener());
        }
        List<ChainEntry> chain = new ArrayList<>();

        // The call as the caller sees it: with what the policies below refuse, and the time that they take.
        chain.add(ChainEntry.of("telemetry", telemetry.client()));

        // (deadline) The channel has set it before the chain begins, so that it holds for all that follows: no policy
        // waits, and no attempt runs, past it.

        // Outside the retry: a call counts once however often it is tried, and while the breaker is open nothing is
        // tried at all, no place in the bulkhead is taken and no budget is spent.
        chain.add(ChainEntry.perMethod("breaker", client::breaker));

        // Inside the breaker, which need not count what is refused here; outside the retry, so that a call keeps its
        // place while it waits for its next attempt: a slow service then holds few of our calls, not all of them.
        chain.add(ChainEntry.perMethod("bulkhead", client::bulkhead));

        // Inside both: it repeats what got past them. Its budget is the client's, so that all methods share it.
        chain.add(ChainEntry.perMethod("retry", client::retry));

        // Inside the retry: what a hedge adds are attempts of one try, from the same budget. Only if the policies have
        // one,
        // because it costs the other side work.
        if (client.policies().hedging().isPresent()) {
            chain.add(ChainEntry.perMethod("hedge", client::hedge));
        }

        // Inside retry and hedge, so that each attempt gets an endpoint of its own, one that the call has not tried,
        // and an
        // endpoint's failures count for that endpoint whatever becomes of the call. Only if the target is a service in
        // a registry.
        cluster.ifPresent(endpoints -> chain.add(ChainEntry.of("balance", endpoints)));

        // Innermost: a span for each attempt, whose context is what the server gets.
        chain.add(ChainEntry.of("attempt", telemetry.attempt()));
        return Chain.of(chain);
    }

    /**
     * What requests of an HTTP client go through. Its telemetry is not here: the conventions of HTTP want a span for each
     * request that is sent, so it stands around the transport.
     */
    public static Chain httpClient(ClientResilience client, Telemetry telemetry) {
        return httpClient(client, telemetry, Optional.empty());
    }

    /** As {@link #httpClient(ClientResilience, Telemetry)}, to a service whose endpoints are in {@code cluster}. */
    public static Chain httpClient(ClientResilience client, Telemetry telemetry, Optional<Cluster> cluster) {
        return client(client, telemetry, cluster).without("telemetry").without("attempt");
    }

    /**
     * {@code chain}, a client's of whatever making, with the endpoints of {@code cluster} where they belong: before the entry
     * {@code attempt}, or last. A chain with an entry {@code balance} has its own.
     */
    public static Chain balanced(Chain chain, Cluster cluster) {
        ChainEntry balance = ChainEntry.of("balance", cluster);
        List<String> names = chain.entries().stream().map(ChainEntry::name).toList();
        if (names.contains("balance")) {
            return chain;
        }
        return names.contains("attempt") ? chain.withBefore("attempt", balance) : chain.withLast(balance);
    }

    /** What RPC calls to a server go through before its handlers. */
    public static Chain server(ServerResilience server, Telemetry telemetry) {
        if (!telemetry.isOff()) {
            server.listen(telemetry.listener());
        }
        List<ChainEntry> chain = new ArrayList<>();

        // Outermost: what is refused below is seen as well, and the caller's trace is that of all logs.
        chain.add(ChainEntry.of("telemetry", telemetry.server()));

        // (errors) The server turns exceptions into answers outside the chain: telemetry sees the exception itself.
        // (deadline) The server has armed the caller's deadline, or its default, before the chain begins.

        // Before anything is spent on the call, authentication least of all: to refuse must be cheap.
        chain.add(ChainEntry.of("load-shedding", server.loadShedder()));

        // (authentication) What the builder's interceptors(...) are stands here, behind the chain: a user's own entry
        // withAfter("load-shedding", ...) would be ahead of the bulkhead, where callers are known.

        // Behind authentication: who may not call takes no place. Off unless the policies have one.
        if (server.policies().bulkhead().isPresent()) {
            chain.add(ChainEntry.perMethod("bulkhead", server::bulkhead));
        }

        // (validation, idempotency) The server checks the request last of all: who may not call is not told what is
        // missing.
        return Chain.of(chain);
    }
}
