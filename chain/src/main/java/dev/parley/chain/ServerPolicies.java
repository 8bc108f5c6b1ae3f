package dev.parley.chain;

import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.LoadShedderPolicy;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings of a server's policies. Immutable.
 *
 * @param loadShedding of the whole server; {@link LoadShedderPolicy#defaults()}
 * @param bulkhead for each method; none, because load shedding finds the limit itself
 */
public record ServerPolicies(LoadShedderPolicy loadShedding, Optional<BulkheadPolicy> bulkhead) {

    private static final ServerPolicies DEFAULTS = new ServerPolicies(LoadShedderPolicy.defaults(), Optional.empty());

    /** Checks that nothing is null. */
    public ServerPolicies {
        Objects.requireNonNull(loadShedding, "loadShedding");
        Objects.requireNonNull(bulkhead, "bulkhead");
    }

    /** The values named above. */
    public static ServerPolicies defaults() {
        return DEFAULTS;
    }

    /** With other load shedding. */
    public ServerPolicies withLoadShedding(LoadShedderPolicy policy) {
        return new ServerPolicies(policy, bulkhead);
    }

    /** With a bulkhead for each method. */
    public ServerPolicies withBulkhead(BulkheadPolicy policy) {
        return new ServerPolicies(loadShedding, Optional.of(policy));
    }
}
