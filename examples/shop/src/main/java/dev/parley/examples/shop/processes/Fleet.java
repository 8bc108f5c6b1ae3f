package dev.parley.examples.shop.processes;

import dev.parley.discovery.ServiceRegistry;
import dev.parley.examples.shop.servers.DataFolder;
import dev.parley.examples.shop.servers.Directory;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.Single;
import dev.parley.examples.shop.servers.Storefront;
import dev.parley.http.HttpServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The shop with each service in a JVM of its own, the registry, the keeper of the stock and the broker in three more. This process holds the
 * page, and the leash of all others: they end with it, however it ends. Thread-safe.
 */
public final class Fleet implements AutoCloseable {

    /** On a busy machine a JVM takes its time. */
    private static final Duration STARTING = Duration.ofMinutes(3);

    private static final Duration STOPPING = Duration.ofSeconds(15);
    private static final Duration RETIRING = Duration.ofMinutes(1);
    private static final int PAUSE_MILLIS = 20;
    private static final String REGISTRY = "registry";
    private static final String BROKER = "broker";

    private final FleetSettings settings;
    private final HttpServer page;
    private final DataFolder data;
    private final List<Member> members = new ArrayList<>(); // guarded by this
    private final Map<String, Integer> started = new HashMap<>(); // guarded by this
    private volatile boolean closed;
    private @Nullable ServiceRegistry registry; // guarded by this

    private Fleet(FleetSettings settings) {
        this.settings = settings;
        this.page = Storefront.open(settings.host(), settings.pagePort(), this::urls);
        this.data = DataFolder.of(settings.data());
    }

    /** A fleet with nothing in it but the page. */
    public static Fleet of(FleetSettings settings) {
        return new Fleet(settings);
    }

    /**
     * Starts everything, a few at a time, and returns once all can be found in the registry.
     *
     * @throws IllegalStateException if one of them cannot be started; the message holds what it said
     */
    public void start() throws InterruptedException {
        launch(REGISTRY, settings.registryPort());
        synchronized (this) {
            registry = ServiceRegistry.connect(registryUri());
        }
        if (settings.broker().isEmpty()) {
            launch(BROKER, settings.brokerPort());
        }
        List<Future<Member>> starting = new ArrayList<>();
        try (ExecutorService few = Executors.newFixedThreadPool(settings.atOnce())) {
            starting.add(few.submit(() -> launch(Single.STOCK, settings.stockPort())));
            for (Part part : Part.values()) {
                for (int number = 1; number <= part.instances(); number++) {
                    int port = settings.port(part, number);
                    starting.add(few.submit(() -> launch(part.id(), port)));
                }
            }
        }
        for (Future<Member> each : starting) {
            try {
                awaitRegistered(each.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException(
                        String.valueOf(
                                Objects.requireNonNullElse(e.getCause(), e).getMessage()),
                        e);
            }
        }
    }

    /** Starts one more instance of {@code name} on a free port, and returns once it can be found. */
    public Member add(String name) throws InterruptedException {
        Member added = launch(name, 0);
        awaitRegistered(added);
        return added;
    }

    /** Starts the registry again, at the address that it had. */
    public Member restartRegistry(Member last) throws InterruptedException {
        String authority = last.authority();
        return launch(REGISTRY, Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1)));
    }

    private Member launch(String name, int port) throws InterruptedException {
        long start = System.nanoTime();
        Member member;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the shop is closed");
            }
            String id = name + "-" + started.merge(name, 1, Integer::sum);
            member = Member.start(name, id, command(name, id, port), environment(name), settings.log());
            members.add(member);
        }
        member.awaitListening(STARTING);
        settings.progress().accept(member, Duration.ofNanos(System.nanoTime() - start));
        return member;
    }

    private Map<String, String> environment(String name) {
        return name.equals(REGISTRY) || name.equals(BROKER) ? Map.of() : Map.of(ServeCommand.BROKER, brokerUri());
    }

    /** Where events go, such as {@code parley://127.0.0.1:7013}. */
    public String brokerUri() {
        return settings.broker()
                .orElseGet(() -> "parley://" + members(BROKER).getLast().authority());
    }

    /** The folder that e-mails are put into. */
    public Path emails() {
        return data.emails();
    }

    private List<String> command(String name, String id, int port) {
        List<String> arguments = new ArrayList<>();
        if (name.equals(REGISTRY)) {
            // On this machine only, as its contents are what all others believe.
            arguments.addAll(List.of("serve-registry", "--host=127.0.0.1"));
        } else if (name.equals(BROKER)) {
            arguments.addAll(List.of("serve-broker", "--store=" + data.database(BROKER)));
        } else {
            arguments.addAll(List.of(
                    "serve",
                    name,
                    "--id=" + id,
                    "--host=" + settings.host(),
                    "--page-port=" + page.port(),
                    "--patience=" + settings.patience().toMillis(),
                    "--data=" + data.path(),
                    "--registry=" + registryUri()));
        }
        arguments.add("--port=" + port);
        return Jvm.command("dev.parley.examples.shop.Main", arguments);
    }

    /** Waits until the registry tells of it. */
    public void awaitRegistered(Member member) throws InterruptedException {
        ServiceRegistry known = registry();
        long until = System.nanoTime() + STARTING.toNanos();
        while (known.discover(member.name()).instances().stream()
                .noneMatch(each -> each.authority().equals(member.authority()))) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException(
                        member.id() + " did not register within " + STARTING.toSeconds() + " s");
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** The registry that all of them are in, as a client. */
    public synchronized ServiceRegistry registry() {
        ServiceRegistry known = registry;
        if (known == null) {
            throw new IllegalStateException("the registry has not been started");
        }
        return known;
    }

    /** Stops one gracefully: it takes itself out, answers what it has, and ends. Whether it did in time. */
    public boolean retire(Member member) {
        boolean inTime = member.stop(RETIRING);
        forget(member);
        return inTime;
    }

    /** Kills one (-9). */
    public void kill(Member member) {
        member.kill();
        forget(member);
    }

    private synchronized void forget(Member member) {
        members.remove(member);
    }

    /** All that run, in the order in which they were started. */
    public synchronized List<Member> members() {
        return List.copyOf(members);
    }

    /** Those of one service. */
    public List<Member> members(String name) {
        return members().stream().filter(each -> each.name().equals(name)).toList();
    }

    /** The process that the registry is in. */
    public Member registryMember() {
        return members(REGISTRY).getLast();
    }

    /** Where all of them are registered, such as {@code consul://127.0.0.1:8500}. */
    public String registryUri() {
        return "consul://" + registryMember().authority();
    }

    /** How to look for a service by its name. */
    public String target(String name) {
        return new Directory(registryUri(), Map.of()).target(name);
    }

    /** Where the page is. */
    public String pageUrl() {
        return "http://" + settings.host() + ":" + page.port() + "/";
    }

    private Map<Part, String> urls() {
        Map<Part, String> urls = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            members(part.id()).stream().findFirst().ifPresent(first -> urls.put(part, first.url()));
        }
        return urls;
    }

    /** Stops all: who calls others first, the registry last. Returns once their processes are gone. */
    @Override
    public void close() {
        List<Member> all;
        ServiceRegistry known;
        synchronized (this) {
            closed = true;
            all = List.copyOf(members);
            known = registry;
        }
        stop(all, Part.ORDER.id()::equals);
        stop(all, name -> !name.equals(REGISTRY) && !name.equals(Single.STOCK) && !name.equals(BROKER));
        stop(all, Single.STOCK::equals);
        stop(all, BROKER::equals);
        if (known != null) {
            known.close();
        }
        stop(all, REGISTRY::equals);
        page.shutdown(Duration.ZERO);
        data.close();
    }

    private static void stop(List<Member> all, java.util.function.Predicate<String> which) {
        try (ExecutorService together = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Member member : all) {
                if (which.test(member.name()) && member.isAlive()) {
                    together.execute(() -> member.stop(STOPPING));
                }
            }
        }
    }
}
