package dev.parley.discovery;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an {@link EmbeddedRegistry} knows at one moment. Immutable.
 *
 * @param index its revision
 * @param nodes nodes and their addresses
 * @param nodeChecks the checks of nodes
 * @param instances all instances with their checks
 */
public record EmbeddedState(
        long index,
        SortedMap<String, String> nodes,
        Map<String, List<EmbeddedEntry.CheckState>> nodeChecks,
        List<EmbeddedEntry> instances) {

    /** Copies. */
    public EmbeddedState {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        nodeChecks = Map.copyOf(nodeChecks);
        instances = List.copyOf(instances);
    }
}
