package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.EchoService;
import dev.parley.chain.Chain;
import dev.parley.rpc.RpcServer;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;

/**
 * Two servers in one process whose calls each cost the processor 2 ms of hashing: one with the default chain, which sheds
 * load, and one without. Prints {@code unshed PORT}, then {@code listening PORT} of the other; runs until it is killed.
 */
final class OverloadServer {

    private static final Duration COST = Duration.ofMillis(2);
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final int BLOCK = 4096;

    private OverloadServer() {}

    /** Hashes a number of blocks for each call. */
    private record Work(int blocks) implements EchoService {
        @Override
        public EchoResponse echo(EchoRequest request) {
            hash(blocks, (byte) request.getId());
            return Echo.answer(request);
        }
    }

    public static void main(String[] args) throws Exception {
        Work work = new Work(calibrated());
        int unshed = RpcServer.builder()
                .chain(Chain.empty())
                .service(EchoService.DEFINITION, work)
                .start()
                .port();
        int shedding = RpcServer.builder()
                .service(EchoService.DEFINITION, work)
                .start()
                .port();
        System.out.println("unshed " + unshed);
        System.out.println("listening " + shedding);
        MemoryReport.onRequest();
    }

    /** How many blocks take as much of the processor as a call is to cost, once the code is compiled. */
    private static int calibrated() {
        hashFor(WARM_UP);
        long begin = processorNanos();
        long blocks = hashFor(WARM_UP);
        return (int) Math.max(1, COST.toNanos() * blocks / (processorNanos() - begin));
    }

    private static long hashFor(Duration time) {
        long blocks = 0;
        for (long begin = System.nanoTime(); System.nanoTime() - begin < time.toNanos(); blocks += 10) {
            hash(10, (byte) 1);
        }
        return blocks;
    }

    /** Of this thread: time in which others had the processor does not count. */
    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void hash(int blocks, byte seed) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[BLOCK];
            block[0] = seed;
            for (int i = 0; i < blocks; i++) {
                sha.update(block);
            }
            System.arraycopy(sha.digest(), 0, block, 0, sha.getDigestLength());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
