package dev.parley.discovery;

import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * What was found under one name and type.
 *
 * @param records those of the type; empty if there are none
 * @param additional what the servers said besides
 * @param ttl for how many seconds that holds
 */
record DnsFound(List<Record> records, List<Record> additional, long ttl) {

    /** Of an answer that says nothing of how long it holds: one of {@code /etc/hosts}, or one without a zone's SOA record. */
    private static final long TTL_UNSAID = 5;

    /**
     * @param heard the servers' messages, in their order; empty if none was asked
     */
    static DnsFound of(List<Record> records, List<Message> heard) {
        List<Record> additional = new ArrayList<>();
        long ttl = Long.MAX_VALUE;
        for (Message message : heard) {
            for (Record record : message.getSection(Section.ANSWER)) {
                ttl = Math.min(ttl, record.getTTL());
            }
            additional.addAll(message.getSection(Section.ADDITIONAL));
        }
        if (records.isEmpty() && !heard.isEmpty()) {
            ttl = Math.min(ttl, negativeTtl(heard.getLast()));
        }
        return new DnsFound(records, additional, ttl == Long.MAX_VALUE ? TTL_UNSAID : ttl);
    }

    /** RFC 2308, section 5. */
    private static long negativeTtl(Message message) {
        for (Record record : message.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord soa) {
                return Math.min(soa.getTTL(), soa.getMinimum());
            }
        }
        return TTL_UNSAID;
    }

    /** The addresses of {@code host} that came along; empty if none did. */
    DnsFound cameAlong(Name host, int type) {
        List<Record> found = additional.stream()
                .filter(record -> record.getType() == type && record.getName().equals(host))
                .toList();
        long least = found.stream().mapToLong(Record::getTTL).min().orElse(Long.MAX_VALUE);
        return new DnsFound(found, List.of(), least);
    }

    /** Both together. */
    DnsFound and(DnsFound other) {
        List<Record> all = new ArrayList<>(records);
        all.addAll(other.records());
        return new DnsFound(all, List.of(), Math.min(ttl, other.ttl()));
    }

    static String named(Name name, int type) {
        return name.toString(true) + " (" + Type.string(type) + ')';
    }
}
