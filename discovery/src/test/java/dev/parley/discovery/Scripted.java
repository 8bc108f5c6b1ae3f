package dev.parley.discovery;

import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;

/** An adapter that does what the test says, when it says so, and writes down what it is asked. */
final class Scripted implements RegistryBackend {

    record Asked(String service, String since, Duration most) {}

    interface Reply {
        Answer to(Asked asked) throws Exception;
    }

    interface OnRegister {
        void register() throws Exception;
    }

    interface OnRenew {
        boolean renew() throws Exception;
    }

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    /** What was said of registrations, such as {@code renew a ready}; before it is answered. */
    final List<String> said = new CopyOnWriteArrayList<>();

    volatile OnRegister onRegister = () -> {};
    volatile OnRenew onRenew = () -> true;
    volatile OnRegister onRelease = () -> {};
    volatile Set<RegistryCapability> capabilities = EnumSet.allOf(RegistryCapability.class);

    static ServiceInstance instance(String id) {
        return ServiceInstance.of("s", "127.0.0.1", 7000).withId(id);
    }

    static Reply answers(String revision, String... ids) {
        List<ServiceInstance> all =
                List.of(ids).stream().map(Scripted::instance).toList();
        return asked -> new Answer(all, revision, Optional.empty());
    }

    static Reply fails(Exception reason) {
        return asked -> {
            throw reason;
        };
    }

    /** Waits, by the real clock and for 30 s, for what another thread does. */
    static void await(String what, BooleanSupplier wanted) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!wanted.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("not within 30 s: " + what);
            }
            Thread.sleep(2);
        }
    }

    /** Does not end for an interrupt. */
    static void ignoreInterrupts(java.util.concurrent.CountDownLatch until) {
        boolean over = false;
        while (!over) {
            try {
                until.await();
                over = true;
            } catch (InterruptedException e) {
                // that is the point
            }
        }
    }

    void awaitAsked(int count) throws InterruptedException {
        await(count + " questions, but " + asked, () -> asked.size() >= count);
    }

    void awaitSaid(String... all) throws InterruptedException {
        await(List.of(all) + " to be said, but " + said, () -> said.equals(List.of(all)));
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return capabilities;
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws Exception {
        Asked now = new Asked(service, since, wait);
        asked.add(now);
        return replies.take().to(now);
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions options) throws Exception {
        said.add("register " + instance.id() + (options.ready() ? " ready" : " unready"));
        onRegister.register();
        return new Lease() {
            @Override
            public boolean renew(boolean ready) throws Exception {
                said.add("renew " + instance.id() + (ready ? " ready" : " unready"));
                return onRenew.renew();
            }

            @Override
            public void release() throws Exception {
                said.add("release " + instance.id());
                onRelease.register();
            }
        };
    }

    @Override
    public void close() {
        said.add("close");
    }

    @Override
    public String toString() {
        return "scripted://here";
    }
}
