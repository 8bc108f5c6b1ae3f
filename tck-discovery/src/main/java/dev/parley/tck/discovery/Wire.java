package dev.parley.tck.discovery;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The connection of one process to the subject, which the suite can break. */
final class Wire implements RegistryBackend {

    private final RegistryBackend subject;
    private final AtomicInteger registered = new AtomicInteger();
    private volatile boolean silent;
    private volatile boolean dead;

    Wire(RegistryBackend subject) {
        this.subject = subject;
    }

    /** From now on no sign of life passes, as of a process that is suspended; a release does. */
    void silence() {
        silent = true;
    }

    /** It goes on. */
    void speak() {
        silent = false;
    }

    /** As if its process were killed: nothing is said any more, nothing released. */
    void kill() {
        silent = true;
        dead = true;
        subject.close();
    }

    /** How many registrations the subject has taken over it. */
    int registered() {
        return registered.get();
    }

    void awaitRegistered(int count, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (registered.get() < count) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("the registration was not taken again within " + patience);
            }
            Thread.sleep(5);
        }
    }

    private void check(boolean broken) throws IOException {
        if (broken) {
            throw new IOException("the suite has cut this connection");
        }
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return subject.capabilities();
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws Exception {
        check(dead);
        return subject.query(service, since, wait);
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions options) throws Exception {
        check(silent);
        Lease lease = subject.register(instance, options);
        registered.incrementAndGet();
        return new Lease() {
            @Override
            public boolean renew(boolean ready) throws Exception {
                check(silent);
                return lease.renew(ready);
            }

            @Override
            public void release() throws Exception {
                check(dead);
                lease.release();
            }
        };
    }

    @Override
    public void close() {
        if (!dead) {
            subject.close();
        }
    }
}
