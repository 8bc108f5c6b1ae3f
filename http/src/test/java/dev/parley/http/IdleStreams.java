package dev.parley.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A server with as many idle streams as its arguments say (connections of 100 each), in a process of its own. */
final class IdleStreams {

    private IdleStreams() {}

    public static void main(String[] args) throws Exception {
        int connections = Integer.parseInt(args[0]);
        HttpServer server = Talk.serve((call, request) -> {
            if (request.method().equals("POST")) {
                // One each: the JDK needs time in square of how many leave the queue of the same latch.
                new CountDownLatch(1).await();
            }
            return HttpResponse.text(200, "here");
        });
        long before = used();
        List<Frames> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Frames frames = Frames.connect(server.port());
            for (int j = 0; j < 100; j++) {
                frames.request(1 + 2 * j, true, false);
            }
            clients.add(frames);
        }
        while (server.openStreams() < 100 * connections || server.activeRequests() < 100 * connections) {
            Thread.sleep(10); // bounded by whoever started this process
        }
        System.out.println("bytes each: " + (used() - before) / (100L * connections));
        try (HttpClient client = HttpClient.create()) {
            System.out.println(
                    "next: " + Talk.text(Talk.send(client, HttpVersion.HTTP_2, Talk.get(Talk.at(server), "/"))));
        }
        System.out.println("streams: " + server.openStreams());
        for (Frames frames : clients) {
            frames.close();
        }
        while (server.openStreams() > 0 || server.activeRequests() > 0) {
            Thread.sleep(10);
        }
        System.out.println("all given up");
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
