package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A registry over an adapter: one {@link ServiceFollower} a service, one {@link HeldRegistration} an instance. */
final class BackedRegistry implements ServiceRegistry {

    private final RegistryBackend backend;
    private final RegistryOptions options;
    private final Map<String, ServiceFollower> followers = new ConcurrentHashMap<>();
    private final Map<String, HeldRegistration> registrations = new ConcurrentHashMap<>();
    private volatile boolean closed;

    BackedRegistry(RegistryBackend backend, RegistryOptions options) {
        this.backend = backend;
        this.options = options;
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
                    "this registry cannot register " + instance.id() + ": it has no REGISTER, only " + capabilities());
        }
        String key = instance.service() + '/' + instance.id();
        HeldRegistration made =
                new HeldRegistration(backend, instance, how, options, held -> registrations.remove(key, held));
        if (registrations.putIfAbsent(key, made) != null) {
            throw new IllegalStateException(
                    "instance " + instance.id() + " of " + instance.service() + " is registered already");
        }
        made.start();
        return made;
    }

    @Override
    public ServiceSnapshot discover(String service) {
        checkOpen();
        ServiceFollower known = followers.get(service);
        ServiceSnapshot latest = known == null ? null : known.latest();
        if (latest != null) {
            return latest;
        }
        try {
            return new ServiceSnapshot(
                    service, backend.query(service, "", Duration.ZERO).instances(), java.util.Optional.empty());
        } catch (CallException e) {
            throw e;
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the registry's answer");
        } catch (Exception e) {
            throw new CallException(
                    Code.UNAVAILABLE, "could not ask the registry for " + service + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Watch watch(String service, Consumer<ServiceSnapshot> listener) {
        while (true) {
            checkOpen();
            ServiceFollower follower = followers.computeIfAbsent(
                    service, name -> new ServiceFollower(backend, name, options, gone -> followers.remove(name, gone)));
            Watch watch = follower.add(listener);
            if (watch != null) {
                return watch;
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the registry is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        followers.values().forEach(ServiceFollower::stop);
        registrations.values().forEach(HeldRegistration::close);
        backend.close();
    }
}
