package dev.parley.tck;

import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;

/**
 * The {@link StreamSuite} for an interceptor that leaves texts as they are: it stands in front of a client and of a
 * server at the same time, with an in-process transport between them.
 */
public abstract class InterceptorSuite extends StreamSuite {

    /** For subclasses. */
    protected InterceptorSuite() {}

    /** A new interceptor; asked for once for each side of each connection. */
    protected abstract Interceptor interceptor();

    @Override
    protected final Handler<String, String> unary(Handler<String, String> server) {
        return interceptor().before(InProcess.unary(interceptor().before(server)));
    }

    @Override
    protected final Handler<String, Messages<String>> serverStreaming(Handler<String, Messages<String>> server) {
        return interceptor().before(InProcess.serverStreaming(interceptor().before(server)));
    }

    @Override
    protected final Handler<Messages<String>, String> clientStreaming(Handler<Messages<String>, String> server) {
        return interceptor().before(InProcess.clientStreaming(interceptor().before(server)));
    }

    @Override
    protected final Handler<Messages<String>, Messages<String>> bidi(
            Handler<Messages<String>, Messages<String>> server) {
        return interceptor().before(InProcess.bidi(interceptor().before(server)));
    }
}
