package dev.parley.benchmarks.balance;

import com.google.protobuf.CodedOutputStream;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.EchoService;
import dev.parley.chain.Chain;
import dev.parley.rpc.RpcServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ten servers in one process, each with a few workers; the last of them takes ten times as long for a call. Prints their ports and
 * runs until it is killed. Each answer carries a load report (ORCA), which grpc-java's weighted_round_robin goes by.
 */
final class UnequalServers {

    static final int SERVERS = 10;
    static final int WORKERS = 4;
    static final int QUICK_MILLIS = 10;
    static final int SLOW_MILLIS = 100;

    private UnequalServers() {}

    /** Calls a second that all together can answer. */
    static double capacity() {
        return (SERVERS - 1) * WORKERS * 1_000.0 / QUICK_MILLIS + WORKERS * 1_000.0 / SLOW_MILLIS;
    }

    public static void main(String[] args) throws Exception {
        List<String> ports = new ArrayList<>();
        for (int i = 1; i <= SERVERS; i++) {
            RpcServer server = RpcServer.builder()
                    .service(EchoService.DEFINITION, new Worker(i == SERVERS ? SLOW_MILLIS : QUICK_MILLIS))
                    .chain(Chain.empty())
                    .start();
            ports.add(Integer.toString(server.port()));
        }
        System.out.println("ports " + String.join(",", ports));
        System.out.println("listening " + ports.getFirst());
        Thread.sleep(Long.MAX_VALUE);
    }

    /** Takes its time, for a few calls at once; the others wait in line, until their callers give up. */
    private static final class Worker implements EchoService {
        private static final long WINDOW_NANOS = 1_000_000_000;

        private final int millis;
        private final Semaphore workers = new Semaphore(WORKERS, true);
        private final AtomicLong windowBegan = new AtomicLong(System.nanoTime());
        private final AtomicLong answered = new AtomicLong();
        private volatile double rate;

        Worker(int millis) {
            this.millis = millis;
        }

        @Override
        public EchoResponse echo(EchoRequest request) {
            try {
                workers.acquire();
                try {
                    Thread.sleep(millis);
                } finally {
                    workers.release();
                }
            } catch (InterruptedException e) {
                throw CallException.interrupted(e, "a worker");
            }
            report();
            return EchoResponse.newBuilder()
                    .setId(request.getId())
                    .setText(request.getText())
                    .build();
        }

        /** xds.data.orca.v3.OrcaLoadReport: rps_fractional = 6, application_utilization = 9. */
        private void report() {
            long began = windowBegan.get();
            long now = System.nanoTime();
            long count = answered.incrementAndGet();
            if (now - began >= WINDOW_NANOS && windowBegan.compareAndSet(began, now)) {
                rate = count * 1e9 / (now - began);
                answered.addAndGet(-count);
            }
            if (rate > 0) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                CodedOutputStream report = CodedOutputStream.newInstance(bytes);
                try {
                    report.writeDouble(6, rate);
                    report.writeDouble(9, Math.max(0.01, rate * millis / 1_000 / WORKERS));
                    report.flush();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                Call.current().responseTrailers().addBinary("endpoint-load-metrics-bin", bytes.toByteArray());
            }
        }
    }
}
