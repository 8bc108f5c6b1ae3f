package dev.parley.http;

import dev.parley.Attributes;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.Peer;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An exchange and its way through the filters. On the loop, but for {@link #resume}. */
abstract sealed class FilteredExchange implements Exchange permits Lane {

    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());
    private static final VarHandle RESUMED;

    static {
        try {
            RESUMED = MethodHandles.lookup().findVarHandle(FilteredExchange.class, "resumed", Verdict.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final ServerContext server;
    final EventLoop loop;
    final Fields fields;
    private final List<ExchangeFilter> filters;
    private final String method;
    private final String scheme;
    private final Peer peer;
    private final String originalAuthority;
    private String authority;
    private String target;
    private Deadline deadline = Deadline.NONE;
    private @Nullable Upstream upstream;
    private volatile @Nullable Attributes attributes;
    private long requestBytes;
    private long responseBytes;
    private int status;

    // Filters that were asked about the request; and those of them that are asked about the response.
    private int asked;
    private int answering;
    private boolean suspended;
    private boolean over;
    // Written by any thread.
    private volatile @Nullable Verdict resumed;

    FilteredExchange(
            ServerContext server,
            EventLoop loop,
            String method,
            String scheme,
            String authority,
            String target,
            Fields fields,
            Peer peer) {
        this.server = server;
        this.loop = loop;
        this.filters = server.filters();
        this.method = method;
        this.scheme = scheme;
        this.authority = authority;
        this.originalAuthority = authority;
        this.target = target;
        this.fields = fields;
        this.peer = peer;
    }

    // ---- what the filters lead to

    /** All filters let it go on. */
    abstract void proceed();

    /** This is the answer. */
    abstract void reply(HttpResponse response, Outcome outcome);

    /** It waits for {@link #resume}: its deadline must be watched. */
    abstract void waitsForFilter();

    /** Asks the filters that are left. */
    final void runFilters() {
        while (asked < filters.size()) {
            ExchangeFilter filter = filters.get(asked);
            answering = asked;
            asked++;
            Verdict verdict;
            try {
                verdict = filter.request(this);
            } catch (Throwable thrown) {
                failed(thrown);
                return;
            }
            if (!goesOn(verdict)) {
                return;
            }
        }
        answering = asked;
        proceed();
    }

    private boolean goesOn(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Continue go -> true;
            case Verdict.Reply reply -> {
                reply(reply.response(), Outcome.OK);
                yield false;
            }
            case Verdict.Fail fail -> {
                failed(fail.error());
                yield false;
            }
            case Verdict.Suspend wait -> {
                suspended = true;
                waitsForFilter();
                yield false;
            }
        };
    }

    private void failed(Throwable thrown) {
        CallException error = failure(thrown);
        reply(Problems.of(error), Outcome.failed(error));
    }

    private CallException failure(Throwable thrown) {
        CallException error = CallException.from(thrown);
        if (error.code() == Code.INTERNAL) {
            LOG.log(System.Logger.Level.ERROR, () -> "a filter failed on " + method + " " + path(), thrown);
        }
        return error;
    }

    @Override
    public final void resume(Verdict verdict) {
        if (verdict instanceof Verdict.Suspend) {
            throw new IllegalArgumentException("an exchange is resumed with a decision, not with another suspend");
        }
        if (!RESUMED.compareAndSet(this, null, verdict)) {
            throw new IllegalStateException("this exchange has been resumed already");
        }
        loop.execute(this::resumed);
    }

    private void resumed() {
        Verdict verdict = resumed;
        resumed = null;
        if (!suspended || verdict == null || over) {
            return; // the client left, or the time is over; or the filter went on without waiting
        }
        suspended = false;
        LoopQueue.of(loop).submit(() -> {
            if (goesOn(verdict)) {
                runFilters();
            }
        });
    }

    /** Asks the filters about a response; null if it may be sent as it is in {@code head}. */
    final @Nullable HttpResponse respond(ResponseHead head) {
        ResponseHead current = head;
        HttpResponse instead = null;
        while (answering > 0) {
            answering--;
            Verdict.OfResponse verdict;
            try {
                verdict = filters.get(answering).response(this, current);
            } catch (Throwable thrown) {
                verdict = Verdict.reply(Problems.of(failure(thrown)));
            }
            if (verdict instanceof Verdict.Reply(HttpResponse response)) {
                // A filter may keep one response for many exchanges.
                Metadata headers = new Metadata(response.headers());
                instead = new HttpResponse(response.status(), headers, response.body());
                current = new ResponseHead(response.status(), Fields.of(headers));
            }
        }
        status = current.status();
        return instead == null || instead.status() == status
                ? instead
                : new HttpResponse(status, instead.headers(), instead.body());
    }

    /** The handler's response as the filters leave it. */
    final HttpResponse passed(HttpResponse response) {
        ResponseHead head = new ResponseHead(response.status(), Fields.of(response.headers()));
        HttpResponse instead = respond(head);
        if (instead != null) {
            return instead;
        }
        return head.status() == response.status()
                ? response
                : new HttpResponse(head.status(), response.headers(), response.body(), response.headWithBody());
    }

    /** Tells the filters that it is over, once. */
    final void over(Outcome outcome) {
        if (over) {
            return;
        }
        over = true;
        for (int i = asked - 1; i >= 0; i--) {
            try {
                filters.get(i).ended(this, outcome);
            } catch (Throwable thrown) {
                LOG.log(System.Logger.Level.ERROR, "a filter failed at the end of an exchange", thrown);
            }
        }
    }

    final void receivedBytes(long bytes) {
        requestBytes += bytes;
    }

    final void sentBytes(long bytes) {
        responseBytes += bytes;
    }

    // ---- what filters see

    @Override
    public final String method() {
        return method;
    }

    @Override
    public final String scheme() {
        return scheme;
    }

    @Override
    public final String authority() {
        return authority;
    }

    final String originalAuthority() {
        return originalAuthority;
    }

    @Override
    public final void authority(String other) {
        String wrong = RequestParts.wrongAuthority(other);
        if (wrong != null || other.isEmpty()) {
            throw new IllegalArgumentException(
                    "authority must be host or host:port, but '" + other + "' " + (wrong == null ? "is empty" : wrong));
        }
        authority = other;
    }

    @Override
    public final String target() {
        return target;
    }

    @Override
    public final void target(String other) {
        String wrong = RequestParts.wrongTarget(other);
        if (wrong != null) {
            throw new IllegalArgumentException("target must be a path with its query, but it " + wrong);
        }
        target = other;
    }

    private String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    @Override
    public final Optional<String> requestHeader(String name) {
        return Optional.ofNullable(fields.get(AsciiString.of(name.toLowerCase(Locale.ROOT))));
    }

    @Override
    public final Metadata requestHeaders() {
        return fields.metadata();
    }

    @Override
    public final Peer peer() {
        return peer;
    }

    final String address() {
        return peer.address();
    }

    final boolean isHttp2() {
        return peer.protocol().equals("h2");
    }

    @Override
    public final Deadline deadline() {
        return deadline;
    }

    @Override
    public final void deadline(Deadline other) {
        deadline = deadline.earlier(other);
    }

    @Override
    public final Attributes attributes() {
        Attributes made = attributes;
        if (made == null) {
            synchronized (this) {
                made = attributes;
                if (made == null) {
                    made = new Attributes();
                    attributes = made;
                }
            }
        }
        return made;
    }

    @Override
    public final Optional<Upstream> upstream() {
        return Optional.ofNullable(upstream);
    }

    @Override
    public final void upstream(Upstream where) {
        upstream = where;
    }

    @Override
    public final int status() {
        return status;
    }

    @Override
    public final long requestBytes() {
        return requestBytes;
    }

    @Override
    public final long responseBytes() {
        return responseBytes;
    }
}
