package dev.parley.benchmarks;

import dev.parley.http.HttpServer;
import dev.parley.http.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Our reverse proxy in front of 127.0.0.1, HTTP/1.1 on both sides, with no other filter; it prints its port and runs
 * until it is killed.
 *
 * <p>Arguments: the backend's port; the port, if any.
 */
final class ProxyServer {

    private ProxyServer() {}

    public static void main(String[] args) throws InterruptedException {
        HttpServer proxy = HttpServer.builder()
                .port(args.length > 1 ? Integer.parseInt(args[1]) : 0)
                .filters(List.of(Proxy.to("127.0.0.1:" + args[0])))
                .start();
        System.out.println("listening " + proxy.port());
        new CountDownLatch(1).await();
    }
}
