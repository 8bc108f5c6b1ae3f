package dev.parley.rest;

import dev.parley.CallException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of the keys of a {@link ServiceBatch}; each stands in one of the three, in the order asked for.
 *
 * @param found the things by their keys
 * @param missing the keys of which the service knows nothing
 * @param failed the keys whose request failed, and with what; empty unless the batch {@linkplain ServiceBatch#settle
 *     settles}
 */
public record BatchResult<K, T>(Map<K, T> found, List<K> missing, Map<K, CallException> failed) {

    /** Copies all, in their order. */
    public BatchResult {
        found = Collections.unmodifiableMap(new LinkedHashMap<>(found));
        missing = List.copyOf(missing);
        failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
    }
}
