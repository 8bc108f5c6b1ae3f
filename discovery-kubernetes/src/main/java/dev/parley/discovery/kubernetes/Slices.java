package dev.parley.discovery.kubernetes;

import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.kubernetes.KubernetesUri.WantedPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The slices of one service, by their names, at one revision. Immutable.
 *
 * @param revision the API server's resourceVersion, which means something to it alone
 */
record Slices(String revision, Map<String, EndpointSlice> byName) {

    static Slices of(EndpointSliceList list) throws IOException {
        Map<String, EndpointSlice> byName = new TreeMap<>();
        for (EndpointSlice slice : list.getItems()) {
            byName.put(name(slice), slice);
        }
        String revision = list.getMetadata() == null ? null : list.getMetadata().getResourceVersion();
        return new Slices(checked(revision), byName);
    }

    /** With what a watch has told. */
    Slices with(WatchEvents.Changed changed) throws IOException {
        EndpointSlice slice = changed.slice();
        String now =
                checked(slice.getMetadata() == null ? null : slice.getMetadata().getResourceVersion());
        return switch (changed.action()) {
            case ADDED, MODIFIED -> {
                Map<String, EndpointSlice> more = new TreeMap<>(byName);
                more.put(name(slice), slice);
                yield new Slices(now, more);
            }
            case DELETED -> {
                Map<String, EndpointSlice> fewer = new TreeMap<>(byName);
                fewer.remove(name(slice));
                yield new Slices(now, fewer);
            }
            // only says how far the watch is
            case BOOKMARK -> new Slices(now, byName);
            case ERROR -> throw new IOException("Kubernetes told an error in the form of a slice");
        };
    }

    List<ServiceInstance> instances(String service, Optional<WantedPort> port) throws IOException {
        return EndpointSlices.instances(service, byName.values(), port);
    }

    private static String name(EndpointSlice slice) throws IOException {
        String name = slice.getMetadata() == null ? null : slice.getMetadata().getName();
        if (name == null || name.isEmpty()) {
            throw new IOException("an EndpointSlice of Kubernetes must have a metadata.name, but has none");
        }
        return name;
    }

    private static String checked(@Nullable String revision) throws IOException {
        if (revision == null || revision.isEmpty()) {
            throw new IOException("what Kubernetes says must have a metadata.resourceVersion, but has none");
        }
        return revision;
    }
}
