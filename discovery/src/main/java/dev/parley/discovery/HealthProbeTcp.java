package dev.parley.discovery;

import dev.parley.CallException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connects, and closes. */
final class HealthProbeTcp {

    private HealthProbeTcp() {}

    static HealthProbe.Result ask(HealthProbeUrl url, Duration timeout) {
        long until = System.nanoTime() + timeout.toNanos();
        CompletableFuture<String> connected = new CompletableFuture<>();
        // On a thread of its own: looking a name up cannot be interrupted, and may take longer than we have.
        Thread thread = Thread.ofVirtual().name("parley-probe").start(() -> {
            try {
                connected.complete(connect(url, until));
            } catch (IOException e) {
                connected.completeExceptionally(e);
            }
        });
        try {
            String address = connected.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return new HealthProbe.Result(HealthStatus.PASSING, url + ": connected to " + address);
        } catch (ExecutionException e) {
            return new HealthProbe.Result(
                    HealthStatus.CRITICAL, url + ": " + why(Objects.requireNonNull(e.getCause()), timeout));
        } catch (TimeoutException e) {
            thread.interrupt();
            return new HealthProbe.Result(
                    HealthStatus.CRITICAL, url + ": no connection within " + HealthProbe.shown(timeout));
        } catch (InterruptedException e) {
            thread.interrupt();
            throw CallException.interrupted(e, "the answer to a health check");
        }
    }

    private static String why(Throwable failure, Duration timeout) {
        return switch (failure) {
            case java.net.UnknownHostException e -> "the host is not known";
            case java.net.SocketTimeoutException e -> "no connection within " + HealthProbe.shown(timeout);
            default -> String.valueOf(failure.getMessage());
        };
    }

    private static String connect(HealthProbeUrl url, long until) throws IOException {
        IOException failed = null;
        for (InetAddress address : InetAddress.getAllByName(url.host())) {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, url.port()), (int) Math.min(left, Integer.MAX_VALUE));
                return address.getHostAddress();
            } catch (IOException e) {
                failed = e;
            }
        }
        throw failed != null ? failed : new java.net.SocketTimeoutException();
    }
}
