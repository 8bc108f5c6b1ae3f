package dev.parley.discovery.spi;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.ServiceInstance;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A connection to one registry. Its methods block, are called on virtual threads of their own for each service and each
 * registration, and end when that thread is interrupted. Whoever calls them tries again after a failure, so an
 * implementation does not. Implementations are thread-safe, and name the registry in {@link Object#toString}.
 */
public interface RegistryBackend extends AutoCloseable {

    /** What this registry can do; the same for as long as it is open. */
    Set<RegistryCapability> capabilities();

    /**
     * The healthy instances of {@code service}; empty if there are none, or the registry does not know the name.
     *
     * @param since the revision of the answer that the caller has; empty if it has none. With it a registry with {@link
     *     RegistryCapability#WATCH} answers once there is another, and no later than after {@code wait}, even with what the
     *     caller has
     * @param wait how long to wait at most
     * @throws dev.parley.CallException or an {@link java.io.IOException} if the registry cannot be asked, or what it says is
     *     malformed; the message says which, and holds no secret
     */
    Answer query(String service, String since, Duration wait) throws Exception;

    /**
     * Registers {@code instance}, in place of what has its id before. With {@link RegistryCapability#REGISTER} only.
     *
     * @throws IllegalArgumentException if this registry cannot hold the instance, whatever its state; it is not tried again
     */
    Lease register(ServiceInstance instance, RegistrationOptions options) throws Exception;

    /** Closes the connection; what waits in it ends. Leases run out by themselves. */
    @Override
    void close();

    /**
     * What a registry says of a service.
     *
     * @param instances the healthy ones, each id once, in any order. Of two with one id the one stays that was known before, or
     *     else the first, and watchers are told so
     * @param revision of this answer, for the next query; never empty
     * @param refreshAfter for how long the answer holds, in a registry that cannot be watched; if such a one does not say, {@link
     *     dev.parley.discovery.RegistryOptions#maxWait}
     */
    record Answer(List<ServiceInstance> instances, String revision, Optional<Duration> refreshAfter) {
        /** Copies the list. */
        public Answer {
            instances = List.copyOf(instances);
            Objects.requireNonNull(refreshAfter, "refreshAfter");
            if (revision.isEmpty()) {
                throw new IllegalArgumentException("the revision of an answer must not be empty");
            }
        }
    }

    /**
     * One registration. Used by one thread at a time, except that a call which was interrupted because it took too long and goes on
     * all the same is not waited for.
     */
    interface Lease {
        /**
         * Says that the instance is still there, and whether it wants calls.
         *
         * @param ready whether others are to find it
         * @return false if the registry does not know the registration any more, so that it has to be made anew
         * @throws Exception if the registry could not be asked
         */
        boolean renew(boolean ready) throws Exception;

        /** Takes the registration back; without effect if the registry does not know it, or another has taken its place. */
        void release() throws Exception;
    }
}
