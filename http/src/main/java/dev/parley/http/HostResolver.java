package dev.parley.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Finds the addresses of a host. Asked on a virtual thread whenever a connection is made, so an answer that changes moves
 * new connections; what may be kept, and for how long, is the resolver's business. Implementations are thread-safe.
 */
@FunctionalInterface
public interface HostResolver {

    /**
     * The addresses of {@code host}, a name or an address, the preferred one first; they are tried in this order.
     *
     * @throws UnknownHostException if there is none
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** The JDK's: the system's resolver, its answers kept for 30 s ({@code networkaddress.cache.ttl}). */
    static HostResolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
