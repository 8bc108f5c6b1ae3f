package dev.parley.examples.shop.store;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Tells watchers of changes, each through a pipe of its own. One that does not keep up is dropped with an error: who
 * makes a change never waits for those who watch. Thread-safe.
 */
public final class Feed<T> {

    /** Changes that a watcher may be behind. */
    private static final int ROOM = 64;

    private final int maxWatchers;
    private final Predicate<? super T> last;
    private final Set<Watcher<T>> watchers = ConcurrentHashMap.newKeySet();

    private record Watcher<T>(Predicate<? super T> wants, Pipe<T> pipe) {}

    /** A feed that ends a watcher's stream behind the change that is its {@code last}. */
    public Feed(int maxWatchers, Predicate<? super T> last) {
        this.maxWatchers = maxWatchers;
        this.last = last;
    }

    /**
     * The changes {@code soFar}, and all later ones that the watcher {@code wants}. The caller holds the lock under
     * which it {@linkplain #publish publishes}, so that none is missed in between.
     */
    public Messages<T> watch(List<T> soFar, Predicate<? super T> wants) {
        if (watchers.size() >= maxWatchers) {
            throw new StoreFull("watchers", maxWatchers);
        }
        Watcher<T> watcher = new Watcher<>(wants, Messages.pipe(soFar.size() + ROOM));
        watchers.add(watcher);
        soFar.forEach(change -> tell(watcher, change));
        return watcher.pipe().messages().onClose(outcome -> watchers.remove(watcher));
    }

    /** Tells those who want it. */
    public void publish(T change) {
        for (Watcher<T> watcher : watchers) {
            if (watcher.wants().test(change)) {
                tell(watcher, change);
            }
        }
    }

    private void tell(Watcher<T> watcher, T change) {
        Pipe<T> pipe = watcher.pipe();
        try {
            if (!pipe.send(change, Duration.ZERO)) {
                pipe.fail(new CallException(Code.RESOURCE_EXHAUSTED, "the watcher is " + ROOM + " changes behind"));
                watchers.remove(watcher);
            } else if (last.test(change)) {
                pipe.complete();
                watchers.remove(watcher);
            }
        } catch (CallException e) {
            watchers.remove(watcher); // it has left
        }
    }
}
