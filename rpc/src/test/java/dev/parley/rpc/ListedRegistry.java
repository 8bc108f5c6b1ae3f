package dev.parley.rpc;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A registry that is a list, and remembers what it was told; {@link #listener} runs inside each change. */
final class ListedRegistry implements RegistryBackend {

    private final Map<String, ServiceInstance> ready = new LinkedHashMap<>();
    private final List<String> told = new ArrayList<>();
    private long revision = 1;
    volatile Runnable listener = () -> {};

    @Override
    public Set<RegistryCapability> capabilities() {
        return Set.of(RegistryCapability.REGISTER, RegistryCapability.WATCH);
    }

    @Override
    public synchronized Answer query(String service, String since, Duration wait) throws InterruptedException {
        long until = System.nanoTime() + wait.toNanos();
        while (since.equals(Long.toString(revision))) {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        List<ServiceInstance> found = ready.values().stream()
                .filter(each -> each.service().equals(service))
                .toList();
        return new Answer(found, Long.toString(revision), Optional.empty());
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions options) {
        change("registered " + instance.id(), instance, options.ready());
        return new Lease() {
            @Override
            public boolean renew(boolean isReady) {
                change("renewed " + instance.id(), instance, isReady);
                return true;
            }

            @Override
            public void release() {
                change("released " + instance.id(), instance, false);
            }
        };
    }

    private void change(String what, ServiceInstance instance, boolean isReady) {
        listener.run();
        synchronized (this) {
            told.add(what);
            if (isReady) {
                ready.put(instance.id(), instance);
            } else {
                ready.remove(instance.id());
            }
            revision++;
            notifyAll();
        }
    }

    synchronized List<String> told() {
        return List.copyOf(told);
    }

    @Override
    public void close() {}
}
