package dev.parley.rpc;

import dev.parley.Timer;
import org.jspecify.annotations.Nullable;

/** The checks of one component, one after the other. */
final class ComponentWatch {

    private static final System.Logger LOG = System.getLogger(HealthComponents.class.getName());
    private static final String NOT_YET = "not checked yet";

    private final HealthComponent component;
    private final Health health;
    private final Timer timer;

    // Guarded by this.
    private ComponentStatus status;
    private Timer.@Nullable Scheduled scheduled;
    private @Nullable Thread running;
    private boolean stopped;

    ComponentWatch(HealthComponent component, Health health, Timer timer) {
        this.component = component;
        this.health = health;
        this.timer = timer;
        this.status = new ComponentStatus(component, Health.Status.NOT_SERVING, NOT_YET);
    }

    synchronized ComponentStatus status() {
        return status;
    }

    void start() {
        health.component(component.name(), Health.Status.NOT_SERVING, component.critical());
        begin();
    }

    /** On the timer's thread, so the check gets one of its own. */
    private synchronized void begin() {
        if (stopped) {
            return;
        }
        Thread thread =
                Thread.ofVirtual().name("parley-health-" + component.name()).unstarted(this::run);
        running = thread;
        scheduled = timer.schedule(component.timeout().toNanos(), () -> late(thread));
        thread.start();
    }

    private void run() {
        String failure = "";
        try {
            component.check().check();
        } catch (Throwable thrown) {
            failure = thrown.toString();
        }
        end(failure);
    }

    private synchronized void end(String failure) {
        boolean inTime = running != null;
        if (scheduled != null) {
            scheduled.cancel();
        }
        running = null;
        if (inTime) {
            tell(failure);
        }
        if (!stopped) {
            scheduled = timer.schedule(component.interval().toNanos(), this::begin);
        }
    }

    /** It hangs: that is told, and nothing else begins until it has ended. */
    private synchronized void late(Thread check) {
        if (check.equals(running)) {
            running = null;
            scheduled = null;
            tell("no answer within " + component.timeout());
            check.interrupt();
        }
    }

    private void tell(String failure) {
        Health.Status now = failure.isEmpty() ? Health.Status.SERVING : Health.Status.NOT_SERVING;
        ComponentStatus before = status;
        status = new ComponentStatus(component, now, failure);
        if (before.status() != now || before.reason().equals(NOT_YET)) {
            log(failure);
        }
        health.component(component.name(), now, component.critical());
    }

    private void log(String failure) {
        String name = component.name();
        if (failure.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, () -> "component " + name + " works");
        } else {
            LOG.log(System.Logger.Level.WARNING, () -> "component " + name + " does not work: " + failure);
        }
    }

    synchronized void stop() {
        stopped = true;
        if (scheduled != null) {
            scheduled.cancel();
        }
        if (running != null) {
            running.interrupt();
            running = null;
        }
    }
}
