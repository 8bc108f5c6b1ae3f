package dev.parley.discovery;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** What becomes of checks: times that run out, questions that are asked. All but what runs on other threads has the lock. */
final class EmbeddedChecks {

    private final EmbeddedRegistry registry;
    private final EmbeddedRegistryOptions options;
    private final Semaphore probing;

    EmbeddedChecks(EmbeddedRegistry registry, EmbeddedRegistryOptions options) {
        this.registry = registry;
        this.options = options;
        this.probing = new Semaphore(options.maxProbes());
    }

    /** Gives {@code slot} its checks, those of {@code before} that go on among them. */
    void take(EmbeddedSlot slot, @Nullable EmbeddedSlot before, List<EmbeddedCheck> with, boolean replace) {
        Map<String, EmbeddedCheckRun> left =
                before == null ? new LinkedHashMap<>() : new LinkedHashMap<>(before.checks);
        for (EmbeddedCheck each : with) {
            EmbeddedCheckRun old = left.remove(each.id());
            if (old != null && old.check.equals(each)) {
                old.owner = slot;
                slot.checks.put(each.id(), old);
                each.initial().ifPresent(status -> begin(old, status, slot));
            } else {
                HealthStatus status = each.initial().orElse(old == null ? HealthStatus.CRITICAL : old.status);
                if (old != null) {
                    stop(old);
                }
                start(new EmbeddedCheckRun(
                        each,
                        slot.service.node(),
                        slot,
                        status,
                        registry.catalog().next()));
                registry.catalog().touched(slot.service.name());
            }
        }
        for (EmbeddedCheckRun each : left.values()) {
            if (replace) {
                stop(each);
                registry.catalog().next();
                registry.catalog().touched(slot.service.name());
            } else {
                each.owner = slot;
                slot.checks.put(each.check.id(), each);
            }
        }
    }

    /** It goes on, as if it had just begun. */
    private void begin(EmbeddedCheckRun run, HealthStatus status, EmbeddedSlot slot) {
        if (run.check.kind() instanceof EmbeddedCheck.Ttl(Duration ttl)) {
            expire(run, ttl);
        }
        if (run.status != status) {
            run.status = status;
            run.output = "";
            run.modifyIndex = registry.catalog().next();
            registry.catalog().touched(slot.service.name());
            reap(run);
        }
    }

    boolean add(String node, String id, EmbeddedCheck check) {
        EmbeddedSlot slot = null;
        Map<String, EmbeddedCheckRun> among;
        if (id.isEmpty()) {
            EmbeddedCatalog.Node found = registry.catalog().node(node);
            if (found == null) {
                return false;
            }
            among = found.checks;
        } else {
            List<EmbeddedSlot> slots = registry.catalog().onNode(node, id);
            if (slots.isEmpty()) {
                return false;
            }
            slot = slots.getLast();
            among = slot.checks;
        }
        EmbeddedCheckRun old = among.get(check.id());
        if (old == null) {
            EmbeddedLimits.many(
                    id.isEmpty() ? "node " + node : "Checks of service " + id,
                    among.size() + 1,
                    options.maxChecks(),
                    "maxChecks");
        }
        HealthStatus status = check.initial().orElse(old == null ? HealthStatus.CRITICAL : old.status);
        if (old != null) {
            stop(old);
        }
        EmbeddedCheckRun run = new EmbeddedCheckRun(
                check, node, slot, status, registry.catalog().next());
        start(run);
        changed(run, "");
        return true;
    }

    private void start(EmbeddedCheckRun run) {
        EmbeddedSlot owner = run.owner;
        if (owner != null) {
            owner.checks.put(run.check.id(), run);
        } else {
            EmbeddedCatalog.Node node = registry.catalog().node(run.node);
            if (node != null) {
                node.checks.put(run.check.id(), run);
            }
        }
        registry.catalog().index(run);
        switch (run.check.kind()) {
            case EmbeddedCheck.Passive nobody -> {}
            case EmbeddedCheck.Ttl(Duration ttl) -> expire(run, ttl);
            case EmbeddedCheck.Active active -> probeIn(run, active, active.probe(), Duration.ZERO);
        }
        reap(run);
    }

    void stop(EmbeddedCheckRun run) {
        run.stop();
        registry.catalog().unindex(run);
    }

    void remove(EmbeddedCheckRun run) {
        stop(run);
        EmbeddedSlot owner = run.owner;
        EmbeddedCatalog.Node node = registry.catalog().node(run.node);
        if (owner != null) {
            owner.checks.remove(run.check.id());
        } else if (node != null) {
            node.checks.remove(run.check.id());
        }
        registry.catalog().next();
        changed(run, "a check was taken out");
    }

    /** The instance says how it is; for a time to live that is a sign of life. */
    void said(EmbeddedCheckRun run, HealthStatus status, String output) {
        if (run.check.kind() instanceof EmbeddedCheck.Ttl(Duration ttl)) {
            expire(run, ttl);
        }
        set(run, status, output);
    }

    void output(@Nullable EmbeddedCheckRun run, String output) {
        if (run != null) {
            run.output = cut(output);
        }
    }

    private static String cut(String output) {
        return output.length() > EmbeddedRegistry.MOST_OUTPUT
                ? output.substring(0, EmbeddedRegistry.MOST_OUTPUT)
                : output;
    }

    /** Another output alone is no new revision: it would wake everybody with each probe. */
    private void set(EmbeddedCheckRun run, HealthStatus status, String output) {
        output(run, output);
        if (run.status != status) {
            run.status = status;
            run.modifyIndex = registry.catalog().next();
            reap(run);
            changed(run, output);
        }
    }

    private void changed(EmbeddedCheckRun run, String reason) {
        EmbeddedSlot owner = run.owner;
        if (owner != null) {
            registry.catalog().touched(owner.service.name());
            registry.assess(owner, reason);
            return;
        }
        for (EmbeddedSlot each : registry.catalog().all()) {
            if (each.service.node().equals(run.node)) {
                registry.catalog().touched(each.service.name());
                registry.assess(each, reason);
            }
        }
        registry.catalog().touched(""); // whoever asks for the node's checks
    }

    private void expire(EmbeddedCheckRun run, Duration ttl) {
        long now = ++run.said;
        run.expiry(options.timer()
                .schedule(
                        ttl.toNanos(),
                        () -> ifThere(run, () -> {
                            if (run.said == now) {
                                String before =
                                        run.output.isEmpty() ? "" : " (last output before it: " + run.output + ')';
                                set(run, HealthStatus.CRITICAL, "TTL expired" + before);
                            }
                        })));
    }

    /** Counts while it is critical. */
    private void reap(EmbeddedCheckRun run) {
        if (run.status != HealthStatus.CRITICAL || run.owner == null) {
            run.reaper(null);
        } else if (!run.isReaped()) {
            run.check
                    .deregisterAfter()
                    .ifPresent(after -> run.reaper(options.timer()
                            .schedule(
                                    after.toNanos(),
                                    () -> ifThere(run, () -> {
                                        EmbeddedSlot owner = run.owner;
                                        if (run.status == HealthStatus.CRITICAL && run.isReaped() && owner != null) {
                                            registry.remove(
                                                    owner,
                                                    "check " + run.check.id() + " was critical for "
                                                            + HealthProbe.shown(after));
                                        }
                                    }))));
        }
    }

    private void ifThere(EmbeddedCheckRun run, Runnable change) {
        registry.later(() -> {
            if (!run.gone) {
                change.run();
            }
        });
    }

    private void probeIn(EmbeddedCheckRun run, EmbeddedCheck.Active how, HealthProbe probe, Duration pause) {
        run.probe(options.timer()
                .schedule(
                        pause.toNanos(),
                        () -> Thread.ofVirtual()
                                .name("parley-check-" + run.check.id())
                                .start(() -> probe(run, how, probe))));
    }

    private void probe(EmbeddedCheckRun run, EmbeddedCheck.Active how, HealthProbe probe) {
        HealthProbe.Result result;
        probing.acquireUninterruptibly();
        try {
            if (run.gone) { // a hint that saves the question; it is looked at again below
                return;
            }
            result = probe.ask(how.timeout());
        } catch (RuntimeException e) {
            // Whatever it is, the next question is asked.
            result = new HealthProbe.Result(HealthStatus.CRITICAL, probe + ": " + e.getMessage());
        } finally {
            probing.release();
        }
        HealthProbe.Result found = result;
        ifThere(run, () -> {
            set(run, found.status(), found.output());
            probeIn(run, how, probe, how.interval());
        });
    }
}
