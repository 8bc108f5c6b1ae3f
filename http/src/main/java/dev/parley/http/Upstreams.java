package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a server to its upstreams: a pool for each event loop, so that an exchange stays on the loop of its
 * client's connection and nothing is handed to another thread.
 */
final class Upstreams {

    /** Upstreams that a loop keeps connections to; above it those without any make way. */
    private static final int MOST = 1024;

    private final ProxyOptions options;
    private final LazyTls tls1;
    private final LazyTls tls2;
    private final Map<EventLoop, OfLoop> loops = new ConcurrentHashMap<>();

    Upstreams(ProxyOptions options) {
        this.options = options;
        this.tls1 = new LazyTls(options.tls(), List.of(ApplicationProtocolNames.HTTP_1_1));
        this.tls2 = new LazyTls(options.tls(), List.of(ApplicationProtocolNames.HTTP_2));
    }

    private @Nullable TlsContext tls(Upstream upstream) {
        return !upstream.tls() ? null : upstream.version() == HttpVersion.HTTP_2 ? tls2.get() : tls1.get();
    }

    ProxyOptions options() {
        return options;
    }

    OfLoop of(EventLoop loop) {
        OfLoop known = loops.get(loop);
        return known != null ? known : loops.computeIfAbsent(loop, each -> new OfLoop(each, this));
    }

    /** Connections that are open. Asks the event loops; for tests and monitoring. */
    int openConnections() {
        int sum = 0;
        for (OfLoop each : loops.values()) {
            sum += each.loop
                    .submit(() -> each.origins.values().stream()
                            .mapToInt(Origin::openConnections)
                            .sum())
                    .awaitUninterruptibly()
                    .getNow();
        }
        return sum;
    }

    void close() {
        tls1.close();
        tls2.close();
        loops.values()
                .forEach(each -> each.loop.execute(() -> each.origins.values().forEach(Origin::close)));
    }

    /** The pools of one loop. On the loop. */
    static final class OfLoop {
        final HeadTimeouts timeouts;
        private final EventLoop loop;
        private final Upstreams all;
        private final Map<Upstream, Origin> origins = new HashMap<>();

        private OfLoop(EventLoop loop, Upstreams all) {
            this.loop = loop;
            this.all = all;
            this.timeouts = new HeadTimeouts(loop, all.options.responseTimeout().toNanos());
        }

        Origin origin(Upstream upstream) {
            Origin known = origins.get(upstream);
            if (known != null) {
                return known;
            }
            if (origins.size() >= MOST) {
                origins.values().removeIf(Origin::isUnused);
            }
            if (origins.size() >= MOST) {
                throw new CallException(
                        Code.RESOURCE_EXHAUSTED, "more than " + MOST + " upstreams are in use on one event loop");
            }
            Authority authority = Authority.parse(upstream.authority(), upstream.tls() ? 443 : 80);
            Origin made = new Origin(
                    authority,
                    authority,
                    upstream.version(),
                    all.tls(upstream),
                    all.options.connections(),
                    HostResolver.system(),
                    loop);
            origins.put(upstream, made);
            return made;
        }
    }
}
