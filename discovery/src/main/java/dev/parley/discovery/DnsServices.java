package dev.parley.discovery;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.xbill.DNS.Name;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Type;

/** Instances by SRV records, RFC 2782. */
final class DnsServices {

    /** By which an instance says which record's target it was. */
    private static final String TARGET = "target";

    private DnsServices() {}

    static List<ServiceInstance> find(DnsRound round, String service, Name name)
            throws IOException, InterruptedException {
        DnsFound named = round.find(name, Type.SRV);
        for (List<SRVRecord> group : byPriority(named).values()) {
            List<ServiceInstance> found = instances(round, service, group, named);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    /** In each the greater weights first, so that which of two records for one address counts is not left to their order. */
    private static SortedMap<Integer, List<SRVRecord>> byPriority(DnsFound named) throws IOException {
        SortedMap<Integer, List<SRVRecord>> groups = new TreeMap<>();
        for (org.xbill.DNS.Record record : named.records()) {
            if (!(record instanceof SRVRecord srv) || srv.getTarget().equals(Name.root)) {
                continue;
            }
            if (srv.getPort() == 0) {
                throw new IOException("SRV record of " + srv.getName().toString(true) + " for target "
                        + srv.getTarget().toString(true) + " must have a port between 1 and 65535, but has 0");
            }
            groups.computeIfAbsent(srv.getPriority(), each -> new ArrayList<>()).add(srv);
        }
        groups.values()
                .forEach(group -> group.sort(
                        Comparator.comparingInt(SRVRecord::getWeight).reversed().thenComparing(SRVRecord::getTarget)));
        return groups;
    }

    private static List<ServiceInstance> instances(
            DnsRound round, String service, List<SRVRecord> group, DnsFound named)
            throws IOException, InterruptedException {
        List<List<String>> addresses =
                round.addresses(group.stream().map(SRVRecord::getTarget).toList(), named);
        boolean weightless = group.stream().allMatch(srv -> srv.getWeight() == 0);
        List<ServiceInstance> found = new ArrayList<>();
        for (int i = 0; i < group.size(); i++) {
            SRVRecord srv = group.get(i);
            for (String address : addresses.get(i)) {
                found.add(ServiceInstance.of(service, address, srv.getPort())
                        .withWeight(weightless ? 1 : srv.getWeight())
                        .withMetadata(TARGET, srv.getTarget().toString(true)));
            }
        }
        return found;
    }
}
