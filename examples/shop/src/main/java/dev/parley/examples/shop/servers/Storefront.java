package dev.parley.examples.shop.servers;

import dev.parley.http.Cors;
import dev.parley.http.HttpServer;
import dev.parley.rest.Routes;
import dev.parley.rest.StaticFiles;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The shop's page: files, and the ports that its script calls, which are other origins to a browser. */
public final class Storefront {

    private static final Set<String> ALL_ADDRESSES = Set.of("0.0.0.0", "::");

    private Storefront() {}

    /**
     * Serves the page; {@code urls} are asked for whenever it is opened.
     *
     * @throws CannotListen if the port cannot be had
     */
    public static HttpServer open(String host, int port, Supplier<Map<Part, String>> urls) {
        Routes routes = Routes.builder()
                .get("/services.json", request -> ports(urls.get()))
                .mount("/", StaticFiles.ofClassPath(Storefront.class.getClassLoader(), "shop-page"))
                .build();
        try {
            return HttpServer.builder().host(host).port(port).handler(routes).start();
        } catch (UncheckedIOException e) {
            throw new CannotListen(host, port, e);
        }
    }

    private static Map<String, Integer> ports(Map<Part, String> urls) {
        Map<String, Integer> ports = new TreeMap<>();
        urls.forEach((part, url) -> ports.put(part.id(), URI.create(url).getPort()));
        return ports;
    }

    /** Whose pages may call the services: this one's. What listens on all addresses is opened by names nobody can list. */
    static Cors cors(String host, int port) {
        return ALL_ADDRESSES.contains(host)
                ? Cors.anyOrigin()
                : Cors.origins("http://" + host + ":" + port, "http://localhost:" + port);
    }
}
