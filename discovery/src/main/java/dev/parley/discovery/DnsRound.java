package dev.parley.discovery;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;

/** All that is asked to answer one query, within one time. Used by one thread. */
final class DnsRound {

    private final DnsServers servers;
    private final DnsOptions.Family family;
    private final Set<Runnable> waiting;
    private final BooleanSupplier closed;
    private final Duration timeout;
    private final long start = System.nanoTime();
    private long ttl = Long.MAX_VALUE;

    /**
     * @param waiting where what ends a wait is kept while it lasts
     */
    DnsRound(
            DnsServers servers,
            DnsOptions.Family family,
            Duration timeout,
            Set<Runnable> waiting,
            BooleanSupplier closed) {
        this.servers = servers;
        this.family = family;
        this.timeout = timeout;
        this.waiting = waiting;
        this.closed = closed;
    }

    /** For how many seconds all that was found holds. */
    long ttl() {
        return ttl;
    }

    /** What is found under a name and a type. */
    DnsFound find(Name name, int type) throws IOException, InterruptedException {
        return await(servers.find(name, type));
    }

    /** The addresses of a host, in no order. */
    List<String> addresses(Name host) throws IOException, InterruptedException {
        return texts(await(ask(host, new DnsFound(List.of(), List.of(), Long.MAX_VALUE))));
    }

    /** The addresses of each of {@code hosts}, which are asked for at once where they did not come along with the answer that named them. */
    List<List<String>> addresses(List<Name> hosts, DnsFound named) throws IOException, InterruptedException {
        List<CompletableFuture<DnsFound>> asked =
                hosts.stream().map(host -> ask(host, named)).toList();
        List<List<String>> found = new ArrayList<>();
        for (CompletableFuture<DnsFound> each : asked) {
            found.add(texts(await(each)));
        }
        return found;
    }

    private CompletableFuture<DnsFound> ask(Name host, DnsFound named) {
        return switch (family) {
            case IPV4 -> ask(host, Type.A, named);
            case IPV6 -> ask(host, Type.AAAA, named);
            case BOTH -> ask(host, Type.A, named).thenCombine(ask(host, Type.AAAA, named), DnsFound::and);
            case EITHER ->
                ask(host, Type.A, named)
                        .thenCompose(found -> found.records().isEmpty()
                                ? ask(host, Type.AAAA, named).thenApply(found::and)
                                : CompletableFuture.completedFuture(found));
        };
    }

    private CompletableFuture<DnsFound> ask(Name host, int type, DnsFound named) {
        DnsFound cameAlong = named.cameAlong(host, type);
        return cameAlong.records().isEmpty() ? servers.find(host, type) : CompletableFuture.completedFuture(cameAlong);
    }

    private static List<String> texts(DnsFound found) {
        return found.records().stream()
                .map(record -> switch (record) {
                    case ARecord a -> a.getAddress().getHostAddress();
                    case AAAARecord aaaa -> aaaa.getAddress().getHostAddress();
                    default -> throw new IllegalStateException("not an address: " + record);
                })
                .toList();
    }

    private DnsFound await(CompletableFuture<DnsFound> asked) throws IOException, InterruptedException {
        Runnable end = () -> asked.cancel(true);
        waiting.add(end);
        if (closed.getAsBoolean()) {
            end.run(); // whoever closed it has not seen this one
        }
        try {
            long left = timeout.toNanos() - (System.nanoTime() - start);
            DnsFound found = asked.get(Math.max(0, left), TimeUnit.NANOSECONDS);
            ttl = Math.min(ttl, found.ttl());
            return found;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(cause == null ? e.getMessage() : cause.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException("DNS did not answer within " + timeout.toMillis() + " ms", e);
        } catch (CancellationException e) {
            throw new IOException("the registry was closed while DNS was asked", e);
        } finally {
            waiting.remove(end);
        }
    }
}
