package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A registry over an adapter: one {@link ServiceFollower} a service, one {@link HeldRegistration} an instance. */
final class BackedRegistry implements ServiceRegistry {

    private static final System.Logger LOG = System.getLogger(ServiceRegistry.class.getName());

    /** Questions of {@link #discover} at a time, those that hang included. */
    private static final int MOST_QUESTIONS = 1000;

    private final RegistryBackend backend;
    private final String name;
    private final RegistryOptions options;
    private final BackendCalls questions;
    private final Map<String, ServiceFollower> followers = new ConcurrentHashMap<>();
    private final Map<String, HeldRegistration> registrations = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    BackedRegistry(RegistryBackend backend, String name, RegistryOptions options) {
        this.backend = backend;
        this.name = "the registry " + name;
        this.options = options;
        this.questions = new BackendCalls("parley-discover", options.timer(), MOST_QUESTIONS);
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return backend.capabilities();
    }

    @Override
    public Registration register(ServiceInstance instance, RegistrationOptions how) {
        checkOpen();
        if (!capabilities().contains(RegistryCapability.REGISTER)) {
            throw new UnsupportedOperationException(
                    name + " cannot register " + instance.id() + ": it has no REGISTER, only " + capabilities());
        }
        if (registrations.size() >= Limits.MOST_REGISTRATIONS) {
            throw Limits.exceeded(Limits.MOST_REGISTRATIONS, "registrations in " + name);
        }
        String key = instance.service() + '/' + instance.id();
        HeldRegistration made =
                new HeldRegistration(backend, instance, name, how, options, held -> registrations.remove(key, held));
        if (registrations.putIfAbsent(key, made) != null) {
            throw new IllegalStateException("instance " + instance.id() + " of " + instance.service()
                    + " is registered through this object already");
        }
        made.start();
        if (closed.get()) {
            made.close();
            checkOpen();
        }
        return made;
    }

    @Override
    public ServiceSnapshot discover(String service) {
        checkOpen();
        Limits.checkName(service);
        ServiceFollower follower = followers.get(service);
        ServiceSnapshot known = follower == null ? null : follower.known();
        return known != null ? known : ask(service);
    }

    private ServiceSnapshot ask(String service) {
        try {
            List<ServiceInstance> found = questions
                    .call(
                            "the question for " + service,
                            options.answerTimeout(),
                            () -> backend.query(service, "", Duration.ZERO),
                            late -> {})
                    .instances();
            return new Findings(service, name, options).answered(found);
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the answer of " + name);
        } catch (Exception e) {
            throw new CallException(
                    Code.UNAVAILABLE, name + " gives no usable answer for " + service + ": " + Shown.of(e), e);
        }
    }

    @Override
    public Watch watch(String service, Consumer<ServiceSnapshot> listener) {
        Limits.checkName(service);
        while (true) {
            checkOpen();
            if (followers.size() >= Limits.MOST_SERVICES && !followers.containsKey(service)) {
                throw Limits.exceeded(Limits.MOST_SERVICES, "services followed in " + name);
            }
            ServiceFollower follower = followers.computeIfAbsent(
                    service,
                    each -> new ServiceFollower(backend, each, name, options, gone -> followers.remove(each, gone)));
            Watch watch = follower.add(listener);
            if (watch == null) {
                continue; // it stopped this moment, and is not there any more
            }
            if (closed.get()) {
                watch.close();
                checkOpen();
            }
            return watch;
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        long until = System.nanoTime() + HeldRegistration.CLOSING.toNanos();
        List<ServiceFollower> following = List.copyOf(followers.values());
        List<HeldRegistration> held = List.copyOf(registrations.values());
        following.forEach(ServiceFollower::stop);
        held.forEach(HeldRegistration::beginClose);
        held.forEach(each -> each.endClose(until));
        Thread last = Thread.ofVirtual().name("parley-registry-close").start(backend::close);
        try {
            boolean ended = last.join(HeldRegistration.CLOSING);
            for (ServiceFollower each : following) {
                ended &= each.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            }
            if (!ended) {
                LOG.log(System.Logger.Level.WARNING, "{0} does not end; it is left behind", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
