package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks endpoints again and again whether they are well. The timer says when, a virtual thread named {@code parley-check} asks, so many at
 * a time as the policy allows; of one endpoint there is one check at a time.
 */
final class HealthChecks {

    private static final System.Logger LOG = System.getLogger(Cluster.class.getName());
    private static final double JITTER = 0.1;

    private final HealthCheckPolicy policy;
    private final Timer timer;
    private final Roster roster;
    private final Semaphore permits;
    private final Map<Endpoint, Check> checks = new HashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    HealthChecks(HealthCheckPolicy policy, Timer timer, Roster roster) {
        this.policy = policy;
        this.timer = timer;
        this.roster = roster;
        this.permits = new Semaphore(policy.maxConcurrent());
    }

    /** One endpoint's. All but {@code run} and {@code judge}, which only one thread at a time is in, is guarded by the checks. */
    private final class Check {
        private final Endpoint endpoint;
        private final String url;
        private final HealthProbe probe;
        private Timer.@Nullable Scheduled scheduled;
        private @Nullable Thread running;
        private boolean stopped;
        private int good;
        private int bad;
        private boolean ill;

        /** An endpoint that was ill by another URL is so until it is well by this one. */
        Check(Endpoint endpoint, String url, HealthProbe probe) {
            this.endpoint = endpoint;
            this.url = url;
            this.probe = probe;
            this.ill = endpoint.unhealthy() != null;
        }

        /** The first soon, but not all of them at once. */
        void begin() {
            schedule((long) (ThreadLocalRandom.current().nextDouble()
                    * JITTER
                    * policy.interval().toNanos()));
        }

        private void schedule(long nanos) {
            synchronized (HealthChecks.this) {
                if (!stopped) {
                    scheduled = timer.schedule(nanos, this::start);
                }
            }
        }

        private void start() {
            synchronized (HealthChecks.this) {
                if (!stopped) {
                    running = Thread.ofVirtual().name("parley-check").start(this::run);
                }
            }
        }

        private void run() {
            try {
                permits.acquire();
                try {
                    judge(probe.ask(policy.timeout()));
                } finally {
                    permits.release();
                }
            } catch (InterruptedException | CallException e) {
                return; // stopped
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "a health check of " + endpoint + " failed", e);
            }
            double jitter = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
            schedule((long) (policy.interval().toNanos() * jitter));
        }

        private void judge(HealthProbe.Result result) {
            if (result.status() == HealthStatus.CRITICAL) {
                good = 0;
                bad++;
                if (!ill && bad >= policy.unhealthyThreshold()) {
                    ill = true;
                    tell(result.output());
                }
            } else {
                bad = 0;
                good++;
                if (ill && good >= policy.healthyThreshold()) {
                    ill = false;
                    tell(null);
                }
            }
        }

        private void tell(@Nullable String reason) {
            synchronized (HealthChecks.this) {
                if (stopped) {
                    return;
                }
            }
            roster.checked(endpoint, reason);
        }

        /** With the lock. */
        void stop() {
            stopped = true;
            if (scheduled != null) {
                scheduled.cancel();
            }
            if (running != null) {
                running.interrupt();
            }
        }
    }

    /** The service has these endpoints now. Called by one thread at a time. */
    void follow(List<Endpoint> endpoints) {
        List<Endpoint> unasked = change(endpoints);
        // Whom nobody asks any more is as well as the registry says.
        unasked.forEach(endpoint -> roster.checked(endpoint, null));
    }

    private synchronized List<Endpoint> change(List<Endpoint> endpoints) {
        if (closed) {
            return List.of();
        }
        Set<Endpoint> present = new HashSet<>(endpoints);
        List<Endpoint> unasked = new ArrayList<>();
        Iterator<Map.Entry<Endpoint, Check>> known = checks.entrySet().iterator();
        while (known.hasNext()) {
            Map.Entry<Endpoint, Check> each = known.next();
            String url = policy.url(each.getKey().instance()).orElse(null);
            if (!present.contains(each.getKey()) || !each.getValue().url.equals(url)) {
                each.getValue().stop();
                known.remove();
                if (url == null) {
                    unasked.add(each.getKey());
                }
            }
        }
        for (Endpoint endpoint : endpoints) {
            String url = policy.url(endpoint.instance()).orElse(null);
            if (url != null && !checks.containsKey(endpoint)) {
                add(endpoint, url);
            }
        }
        return unasked;
    }

    private void add(Endpoint endpoint, String url) {
        HealthProbe probe;
        try {
            probe = HealthProbe.of(url);
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} is not checked: {1}", endpoint, e.getMessage());
            return;
        }
        Check check = new Check(endpoint, url, probe);
        checks.put(endpoint, check);
        check.begin();
    }

    synchronized void close() {
        closed = true;
        checks.values().forEach(Check::stop);
        checks.clear();
    }
}
