package dev.parley.discovery;

import dev.parley.Timer;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A list that never changes. */
record StaticBackend(List<Address> addresses, Timer timer) implements RegistryBackend {

    private record Address(String host, int port) {}

    static StaticBackend parse(RegistryUri uri, Timer timer) {
        Set<String> unknown = new TreeSet<>(uri.parameters().keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("static: knows no options, but is given " + unknown);
        }
        List<Address> addresses = new ArrayList<>();
        for (String each : uri.authority().split(",", -1)) {
            addresses.add(address(each.strip()));
        }
        if (new HashSet<>(addresses).size() < addresses.size()) {
            throw new IllegalArgumentException("static: names an address twice: " + uri.authority());
        }
        return new StaticBackend(List.copyOf(addresses), timer);
    }

    private static Address address(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = ""; // version 6 without brackets: its port could not be told
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isEmpty() && port >= 1 && port <= 65_535) {
                return new Address(host, port);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "static: must list host:port with ports from 1 to 65535, such as static:a:7001,b:7002, but names \""
                        + text + '"');
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return Set.of(RegistryCapability.WATCH);
    }

    @Override
    public Answer query(String service, String since, Duration wait) throws InterruptedException {
        if (!since.isEmpty()) {
            Pause.of(wait, timer);
        }
        List<ServiceInstance> instances = addresses.stream()
                .map(address -> ServiceInstance.of(service, address.host(), address.port()))
                .toList();
        return new Answer(instances, "1", Optional.empty());
    }

    @Override
    public Lease register(ServiceInstance instance, RegistrationOptions options) {
        throw new UnsupportedOperationException("nothing can be registered in a static list");
    }

    @Override
    public void close() {}
}
