package dev.parley.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is believed of a service after each answer or failure: the last good answer stands until there is another, and one in
 * which all instances are gone at once is doubted for a while, as it is what a registry says that was wiped. Confined to the
 * thread of its follower.
 */
final class Findings {

    private final String service;
    private final String registry;
    private final RegistryOptions options;
    private List<ServiceInstance> good = List.of();
    private boolean doubting;
    private long doubtedSince;

    Findings(String service, String registry, RegistryOptions options) {
        this.service = service;
        this.registry = registry;
        this.options = options;
    }

    /** For how long an empty answer is still doubted; empty if none is. */
    Optional<Duration> doubtLeft() {
        if (!doubting) {
            return Optional.empty();
        }
        long left = options.keepEmpty().toNanos() - (options.timer().nanoTime() - doubtedSince);
        return Optional.of(Duration.ofNanos(Math.max(0, left)));
    }

    ServiceSnapshot answered(List<ServiceInstance> named) {
        if (named.isEmpty() && isDoubted()) {
            return kept(registry + " suddenly knows no instance of " + service + "; " + counted(good.size())
                    + " it knew before " + (good.size() == 1 ? "is" : "are") + " kept for "
                    + Shown.of(options.keepEmpty()));
        }
        doubting = false;
        Map<String, ServiceInstance> byId = LinkedHashMap.newLinkedHashMap(named.size());
        String twice = "";
        for (ServiceInstance each : named) {
            ServiceInstance other = byId.putIfAbsent(each.id(), each);
            if (other == null || other.equals(each)) {
                continue;
            }
            // Of two the one stays that is called already, so that one which is misconfigured takes nothing over.
            boolean known = good.contains(each);
            if (known) {
                byId.put(each.id(), each);
            }
            twice = registry + " names instance " + each.id() + " of " + service + " twice, at " + other.authority()
                    + " and " + each.authority() + "; " + (known ? each : other).authority() + " is used";
        }
        good = List.copyOf(byId.values());
        return new ServiceSnapshot(service, good, twice.isEmpty() ? Optional.empty() : Optional.of(twice));
    }

    private boolean isDoubted() {
        if (good.isEmpty() || options.keepEmpty().isZero()) {
            return false;
        }
        if (!doubting) {
            doubting = true;
            doubtedSince = options.timer().nanoTime();
            return true;
        }
        return options.timer().nanoTime() - doubtedSince < options.keepEmpty().toNanos();
    }

    private static String counted(int size) {
        return size == 1 ? "the one that" : "the " + size + " that";
    }

    /** A registry that was away may have lost all: if it is empty when it comes back, that is doubted from then on. */
    ServiceSnapshot failed(Exception reason) {
        doubting = false;
        return kept(registry + " gives no usable answer for " + service + ": " + Shown.of(reason));
    }

    private ServiceSnapshot kept(String why) {
        return new ServiceSnapshot(service, new ArrayList<>(good), Optional.of(why));
    }
}
