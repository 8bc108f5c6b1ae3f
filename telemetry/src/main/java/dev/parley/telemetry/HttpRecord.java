package dev.parley.telemetry;

import dev.parley.CallException;
import dev.parley.Outcome;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.RemoteStatus;
import dev.parley.http.ResponseException;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One HTTP request: ends its span and records its metrics with it. */
final class HttpRecord {

    private static final int NONE = 0;

    private final boolean server;
    private final String method;
    private final String version;
    private final Attributes active;
    private final Context context;
    private final Span span;
    private final @Nullable HttpMetrics metrics;
    private final long start = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile int status = NONE;
    private volatile @Nullable CallException thrown;

    private HttpRecord(
            boolean server,
            String method,
            String version,
            Attributes active,
            Context context,
            @Nullable HttpMetrics metrics) {
        this.server = server;
        this.method = method;
        this.version = version;
        this.active = active;
        this.context = context;
        this.span = Span.fromContext(context);
        this.metrics = metrics;
        if (metrics != null) {
            metrics.begun(active, context);
        }
    }

    static HttpRecord server(HttpRequest request, String protocol, Context context, @Nullable HttpMetrics metrics) {
        Attributes active = Attributes.of(
                Conventions.HTTP_METHOD, method(request.method()), Conventions.URL_SCHEME, request.scheme());
        return new HttpRecord(true, method(request.method()), version(protocol), active, context, metrics);
    }

    static HttpRecord client(HttpRequest request, Context context, @Nullable HttpMetrics metrics) {
        AttributesBuilder active = Attributes.builder().put(Conventions.HTTP_METHOD, method(request.method()));
        authority(active, request);
        return new HttpRecord(false, method(request.method()), "", active.build(), context, metrics);
    }

    /** Server and port of the request, the port also where the scheme says it. */
    static void authority(AttributesBuilder attributes, HttpRequest request) {
        HostPort at = HostPort.parse(request.authority());
        int byScheme = request.scheme().equals("https") ? 443 : 80;
        attributes.put(Conventions.SERVER_ADDRESS, at.host()).put(Conventions.SERVER_PORT, (long)
                (at.port() < 0 ? byScheme : at.port()));
    }

    static String method(String method) {
        return Conventions.HTTP_METHODS.contains(method) ? method : Conventions.OTHER;
    }

    /** {@code HTTP} for a method that is not known. */
    static String spanName(String method) {
        return Conventions.HTTP_METHODS.contains(method) ? method : "HTTP";
    }

    static String version(String protocol) {
        return switch (protocol) {
            case "http/1.1" -> "1.1";
            case "http/1.0" -> "1.0";
            case "h2", "h2c" -> "2";
            default -> "";
        };
    }

    void answered(int responseStatus) {
        status = responseStatus;
    }

    void failed(CallException error) {
        thrown = error;
        if (server) {
            status = HttpException.statusOf(error);
        } else if (error instanceof RemoteStatus remote) {
            status = remote.status();
        }
    }

    /** {@code route}: the template of the route that was found; null if none is known. */
    void end(Outcome outcome, @Nullable String route) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        long end = System.nanoTime();
        if (outcome instanceof Outcome.Failed failed && failed.error() instanceof ResponseException instead) {
            status = instead.status(); // a stream that failed before its first byte
        }
        AttributesBuilder more = Attributes.builder();
        if (status != NONE) {
            more.put(Conventions.HTTP_STATUS, (long) status);
        }
        if (route != null) {
            more.put(Conventions.HTTP_ROUTE, route);
            span.updateName(spanName(method) + ' ' + route);
        }
        String error = error(outcome);
        if (error != null) {
            more.put(Conventions.ERROR_TYPE, error);
            CallException reason = outcome instanceof Outcome.Failed failed ? failed.error() : thrown;
            // A status says it all; anything else is explained.
            span.setStatus(StatusCode.ERROR, reason == null || isStatus(error) ? "" : reason.message());
        }
        Attributes told = more.build();
        span.setAllAttributes(told);
        if (metrics != null) {
            metrics.ended(active, context);
            AttributesBuilder all = active.toBuilder().putAll(told);
            if (!version.isEmpty()) {
                all.put(Conventions.PROTOCOL_VERSION, version);
            }
            metrics.took((double) (end - start) / TimeUnit.SECONDS.toNanos(1), all.build(), context);
        }
        span.end(); // last: who has the span finds the measures
    }

    private static boolean isStatus(String error) {
        return Character.isDigit(error.charAt(0));
    }

    /** The kind of error that it ended with; null if it ended well. */
    private @Nullable String error(Outcome outcome) {
        if (status >= (server ? 500 : 400)) {
            return Integer.toString(status);
        }
        if (!(outcome instanceof Outcome.Failed failed)) {
            return null;
        }
        boolean answered = status != NONE && thrown != null;
        // An error that became a good status is no failure of the request; a body that broke off is one.
        return answered ? null : failed.error().code().name();
    }
}
