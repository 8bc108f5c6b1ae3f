package dev.parley.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/** The DNS servers that are asked, as they were when this was made. Thread-safe. */
final class DnsServers {

    private static final int TRIES = 3;
    private static final Duration LONGEST_TRY = Duration.ofSeconds(2);
    private static final Executor EXECUTOR =
            task -> Thread.ofVirtual().name("parley-dns").start(task);

    private final Resolver resolver;
    private final Optional<ResolverConfig> system;

    private DnsServers(List<Resolver> servers, Optional<ResolverConfig> system, Duration timeout) {
        this.system = system;
        // one that does not answer must leave time for a second question
        Duration each = timeout.dividedBy(TRIES + 1);
        servers.forEach(server -> server.setTimeout(each.compareTo(LONGEST_TRY) < 0 ? each : LONGEST_TRY));
        ExtendedResolver all = new ExtendedResolver(servers);
        all.setRetries(TRIES);
        all.setTimeout(timeout);
        this.resolver = all;
    }

    /** The system's, as they are now. */
    static DnsServers ofSystem(Duration timeout) {
        ResolverConfig.refresh();
        ResolverConfig config = ResolverConfig.getCurrentConfig();
        List<Resolver> servers = new ArrayList<>();
        config.servers().forEach(server -> servers.add(new SimpleResolver(server)));
        return new DnsServers(servers, Optional.of(config), timeout);
    }

    /** One server, whose name is looked up as the system does. */
    static DnsServers of(DnsOptions.Server server, Duration timeout) throws IOException, InterruptedException {
        // on a thread of its own, because the system's look-up cannot be interrupted
        CompletableFuture<InetAddress> looked = new CompletableFuture<>();
        EXECUTOR.execute(() -> {
            try {
                looked.complete(InetAddress.getByName(server.host()));
            } catch (IOException e) {
                looked.completeExceptionally(e);
            }
        });
        try {
            InetAddress address = looked.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return new DnsServers(
                    List.of(new SimpleResolver(new InetSocketAddress(address, server.port()))),
                    Optional.empty(),
                    timeout);
        } catch (ExecutionException e) {
            throw new IOException("the DNS server " + server.host() + " has no address: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException(
                    "the address of DNS server " + server.host() + " was not found in " + timeout.toMillis() + " ms",
                    e);
        }
    }

    /**
     * What is found under {@code name}, aliases followed; fails if a server says that it cannot tell, or none answers.
     * {@code name} is looked for in the system's search path if its servers are asked and it does not end in a dot.
     */
    CompletableFuture<DnsFound> find(Name name, int type) {
        Listening listening = new Listening(resolver);
        LookupSession.LookupSessionBuilder session =
                LookupSession.builder().resolver(listening).executor(EXECUTOR);
        system.ifPresent(config ->
                session.defaultHostsFileParser().searchPath(config.searchPath()).ndots(config.ndots()));
        Name asked = system.isPresent() ? name : absolute(name);
        return session.build()
                .lookupAsync(asked, type)
                .toCompletableFuture()
                .thenApply(result -> DnsFound.of(result.getRecords(), listening.heard()))
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    if (cause instanceof NoSuchDomainException || cause instanceof NoSuchRRSetException) {
                        return DnsFound.of(List.of(), listening.heard());
                    }
                    throw new CompletionException(new IOException(
                            "DNS cannot tell " + DnsFound.named(name, type) + ": " + reason(cause) + " (asked "
                                    + resolver + ')',
                            cause));
                });
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static Name absolute(Name name) {
        if (name.isAbsolute()) {
            return name;
        }
        try {
            return Name.concatenate(name, Name.root);
        } catch (org.xbill.DNS.NameTooLongException e) {
            throw new IllegalArgumentException("name " + name + " is longer than DNS allows", e);
        }
    }

    /** Keeps the messages: the library's look-up drops what they say of how long they hold. */
    private static final class Listening extends ExtendedResolver {
        private final Resolver asked;
        private final ConcurrentLinkedQueue<Message> heard = new ConcurrentLinkedQueue<>();

        Listening(Resolver asked) {
            super(List.of(asked));
            this.asked = asked;
        }

        List<Message> heard() {
            return List.copyOf(heard);
        }

        @Override
        public CompletionStage<Message> sendAsync(Message query, Executor executor) {
            return asked.sendAsync(query, executor).thenApply(answer -> {
                heard.add(answer);
                return answer;
            });
        }
    }
}
