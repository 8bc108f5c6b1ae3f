package dev.parley.discovery.kubernetes;

import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.kubernetes.KubernetesUri.WantedPort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The instances that all slices of one service say. */
final class EndpointSlices {

    private static final String NODE = "node";
    /** A pod with both kinds of addresses is in a slice of each: the first wins. */
    private static final List<String> TYPES = List.of("IPv4", "IPv6", "FQDN");

    private final String service;
    private final Optional<WantedPort> wanted;
    private final TreeMap<String, ServiceInstance> byId = new TreeMap<>();
    private final TreeMap<String, String> typeOfId = new TreeMap<>();

    private EndpointSlices(String service, Optional<WantedPort> wanted) {
        this.service = service;
        this.wanted = wanted;
    }

    /**
     * In an order that changes only with them, each once.
     *
     * @throws IOException if the slices do not have the port that is wanted, or several and none is named
     */
    static List<ServiceInstance> instances(
            String service, Collection<EndpointSlice> slices, Optional<WantedPort> wanted) throws IOException {
        List<EndpointSlice> filled = slices.stream()
                .filter(slice -> !list(slice.getEndpoints()).isEmpty())
                .sorted(Comparator.<EndpointSlice>comparingInt(slice -> TYPES.indexOf(slice.getAddressType()))
                        .thenComparing(slice -> slice.getMetadata().getName()))
                .toList();
        EndpointSlices merged = new EndpointSlices(service, wanted);
        merged.checkPorts(filled);
        for (EndpointSlice slice : filled) {
            if (!TYPES.contains(slice.getAddressType())) {
                throw new IOException("slice " + slice.getMetadata().getName() + " of service " + service
                        + " must have an addressType of " + TYPES + ", but has " + slice.getAddressType());
            }
            OptionalInt port = merged.port(slice);
            if (port.isPresent()) {
                merged.add(slice, port.getAsInt());
            }
        }
        return List.copyOf(merged.byId.values());
    }

    private void add(EndpointSlice slice, int port) throws IOException {
        List<Endpoint> usable = list(slice.getEndpoints()).stream()
                .filter(EndpointSlices::isUsable)
                .filter(endpoint -> !list(endpoint.getAddresses()).isEmpty())
                .sorted(Comparator.comparing(endpoint -> endpoint.getAddresses().getFirst()))
                .toList();
        for (Endpoint endpoint : usable) {
            // further addresses are other ways to the same
            add(slice.getAddressType(), endpoint, endpoint.getAddresses().getFirst(), port);
        }
    }

    private void add(String type, Endpoint endpoint, String host, int port) throws IOException {
        try {
            ServiceInstance plain = ServiceInstance.of(service, host, port);
            if (byId.containsKey(plain.id())
                    || byId.values().stream()
                            .anyMatch(known -> known.authority().equals(plain.id()))) {
                return;
            }
            String pod = endpoint.getTargetRef() == null
                    ? null
                    : endpoint.getTargetRef().getName();
            String id = pod == null || pod.isEmpty() ? plain.id() : pod;
            ServiceInstance known = byId.get(id);
            if (known != null) {
                if (!Objects.equals(typeOfId.get(id), type)) {
                    return;
                }
                id = plain.id(); // one name at two addresses: two places to call
            }
            ServiceInstance instance = plain.withId(id);
            if (endpoint.getZone() != null) {
                instance = instance.withZone(endpoint.getZone());
            }
            if (endpoint.getNodeName() != null) {
                instance = instance.withMetadata(NODE, endpoint.getNodeName());
            }
            byId.put(id, instance);
            typeOfId.put(id, type);
        } catch (IllegalArgumentException e) {
            throw new IOException("an endpoint of service " + service + " is malformed: " + e.getMessage(), e);
        }
    }

    /** What is not said means ready, serving, and not terminating. */
    private static boolean isUsable(Endpoint endpoint) {
        EndpointConditions conditions = endpoint.getConditions();
        return conditions == null
                || (!Boolean.FALSE.equals(conditions.getReady())
                        && !Boolean.FALSE.equals(conditions.getServing())
                        && !Boolean.TRUE.equals(conditions.getTerminating()));
    }

    // ---- ports

    private void checkPorts(List<EndpointSlice> filled) throws IOException {
        if (filled.isEmpty()) {
            return;
        }
        if (wanted.isEmpty()) {
            TreeSet<String> names = new TreeSet<>();
            filled.forEach(slice -> tcp(slice).forEach(port -> names.add(name(port))));
            if (names.size() > 1) {
                throw new IOException("service " + service + " has the ports " + ports(filled)
                        + ": say which one is meant, as in k8s:///" + service + "?port=" + names.getFirst());
            }
        }
        if (filled.stream().allMatch(slice -> port(slice).isEmpty())) {
            throw new IOException("service " + service + " must have a TCP port "
                    + wanted.map(WantedPort::toString).orElse("") + ", but has " + ports(filled));
        }
    }

    private OptionalInt port(EndpointSlice slice) {
        for (EndpointPort port : tcp(slice)) {
            if (wanted.isEmpty() || matches(port, wanted.get())) {
                return number(port);
            }
        }
        return OptionalInt.empty();
    }

    private static boolean matches(EndpointPort port, WantedPort wanted) {
        return switch (wanted) {
            case WantedPort.Named(String name) -> name(port).equals(name);
            // without a number the slice means each
            case WantedPort.Numbered(int number) -> port.getPort() == null || port.getPort() == number;
        };
    }

    private OptionalInt number(EndpointPort port) {
        if (port.getPort() != null) {
            return OptionalInt.of(port.getPort());
        }
        return wanted.isPresent() && wanted.get() instanceof WantedPort.Numbered(int number)
                ? OptionalInt.of(number)
                : OptionalInt.empty();
    }

    private static List<EndpointPort> tcp(EndpointSlice slice) {
        return list(slice.getPorts()).stream()
                .filter(port -> port.getProtocol() == null || port.getProtocol().equals("TCP"))
                .toList();
    }

    private static String name(EndpointPort port) {
        return port.getName() == null ? "" : port.getName();
    }

    private static String ports(List<EndpointSlice> slices) {
        TreeSet<String> shown = new TreeSet<>();
        slices.forEach(slice -> list(slice.getPorts())
                .forEach(port -> shown.add((name(port).isEmpty() ? "unnamed" : name(port)) + " (" + port.getPort()
                        + (port.getProtocol() == null || port.getProtocol().equals("TCP")
                                ? ""
                                : ' ' + port.getProtocol())
                        + ')')));
        return shown.isEmpty() ? "none" : String.join(", ", shown);
    }

    private static <T> List<T> list(@Nullable List<T> maybe) {
        return maybe == null ? List.of() : new ArrayList<>(maybe);
    }
}
