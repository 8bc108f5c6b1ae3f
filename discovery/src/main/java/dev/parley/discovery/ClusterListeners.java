package dev.parley.discovery;

import dev.parley.Call;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who listens to one cluster. */
final class ClusterListeners {

    private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

    private final List<ClusterListener> all = new CopyOnWriteArrayList<>();

    Call.Registration add(ClusterListener listener) {
        all.add(listener);
        return () -> all.remove(listener);
    }

    void tell(ClusterEvent event) {
        System.Logger.Level level = level(event);
        if (LOG.isLoggable(level)) {
            LOG.log(level, event.toString());
        }
        for (ClusterListener listener : all) {
            try {
                listener.on(event);
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        () -> "a listener of " + event.service() + " failed at " + event,
                        e);
            }
        }
    }

    private static System.Logger.Level level(ClusterEvent event) {
        return switch (event) {
            case ClusterEvent.Ejected ejected -> System.Logger.Level.WARNING;
            case ClusterEvent.Unhealthy unhealthy -> System.Logger.Level.WARNING;
            case ClusterEvent.PanicEntered panic -> System.Logger.Level.WARNING;
            case ClusterEvent.Stale stale -> System.Logger.Level.WARNING;
            case ClusterEvent.Returned returned -> System.Logger.Level.INFO;
            case ClusterEvent.Healthy healthy -> System.Logger.Level.INFO;
            case ClusterEvent.PanicLeft left -> System.Logger.Level.INFO;
            case ClusterEvent.Fresh fresh -> System.Logger.Level.INFO;
            case ClusterEvent.EndpointAdded added -> System.Logger.Level.DEBUG;
            case ClusterEvent.EndpointRemoved removed -> System.Logger.Level.DEBUG;
        };
    }
}
