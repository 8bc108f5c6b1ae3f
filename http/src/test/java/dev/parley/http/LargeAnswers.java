package dev.parley.http;

import dev.parley.CallScope;
import dev.parley.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * The program that {@link MemoryTest} runs with less memory outside the heap than its answers have bytes: all of them from
 * one array, their readers one after the other, each byte checked. Without the test libraries.
 */
final class LargeAnswers {

    private LargeAnswers() {}

    public static void main(String[] arguments) throws Exception {
        HttpVersion version = HttpVersion.valueOf(arguments[0]);
        int answers = Integer.parseInt(arguments[1]);
        byte[] bytes = new byte[Integer.parseInt(arguments[2])];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = at(i);
        }
        try (HttpServer server = HttpServer.builder()
                        .handler((call, request) -> HttpResponse.of(200, "application/octet-stream", bytes))
                        .start();
                HttpClient client = HttpClient.create()) {
            String authority = "127.0.0.1:" + server.port();
            List<HttpResponse> begun = new ArrayList<>();
            for (int i = 0; i < answers; i++) {
                HttpRequest request = HttpRequest.of("GET", authority, "/" + i);
                begun.add(client.over(version).handle(call(), request));
            }
            long read = 0;
            for (HttpResponse response : begun) {
                read += read(response.body());
            }
            System.out.println("read: " + read);
            // The same connection goes on behind a large answer.
            System.out.println("next: "
                    + read(client.over(version)
                            .handle(call(), HttpRequest.of("GET", authority, "/next"))
                            .body()));
        }
    }

    private static CallScope call() {
        return CallScope.builder(Method.unary("memory", "Answer")).build();
    }

    private static byte at(long position) {
        return (byte) (position * 31 ^ position >>> 13);
    }

    private static long read(Body body) {
        long[] position = {0};
        body.limit(Long.MAX_VALUE).chunks().drain(chunk -> {
            for (byte each : chunk) {
                if (each != at(position[0])) {
                    throw new IllegalStateException("another byte at " + position[0]);
                }
                position[0]++;
            }
        });
        return position[0];
    }
}
