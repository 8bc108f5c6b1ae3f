package dev.parley.testing;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 that are free for TCP and UDP. They lie below those that systems give to outgoing connections, so that
 * none of these takes a server's port while the server is down.
 */
final class FreePorts {
    private static final int LEAST = 12_000;
    private static final int BEYOND = 32_768;
    private static final int TRIES = 1_000;

    private FreePorts() {}

    static Map<String, Integer> choose(List<String> names) throws IOException {
        Map<String, Integer> chosen = new LinkedHashMap<>();
        for (int i = 0; i < TRIES && chosen.size() < names.size(); i++) {
            int port = ThreadLocalRandom.current().nextInt(LEAST, BEYOND);
            if (!chosen.containsValue(port) && isFree(port)) {
                chosen.put(names.get(chosen.size()), port);
            }
        }
        if (chosen.size() < names.size()) {
            throw new IOException("found no free port of 127.0.0.1 from " + LEAST + " to " + (BEYOND - 1) + " in "
                    + TRIES + " tries");
        }
        return chosen;
    }

    static boolean isFree(int port) {
        try (ServerSocket tcp = new ServerSocket();
                DatagramSocket udp = new DatagramSocket(null)) {
            InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            // A connection that has just ended does not count.
            tcp.setReuseAddress(true);
            tcp.bind(new InetSocketAddress(here, port));
            udp.bind(new InetSocketAddress(here, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
