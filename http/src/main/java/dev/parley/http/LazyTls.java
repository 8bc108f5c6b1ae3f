package dev.parley.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Made with the first request: most clients never speak TLS, and its library takes long to load. */
final class LazyTls {
    private final ClientTls how;
    private final List<String> protocols;
    private @Nullable TlsContext context;
    private boolean closed;

    LazyTls(ClientTls how, List<String> protocols) {
        this.how = how;
        this.protocols = protocols;
    }

    synchronized TlsContext get() {
        TlsContext made = context;
        if (made == null) {
            made = TlsContext.client(how, protocols);
            context = made;
            if (closed) {
                made.close();
            }
        }
        return made;
    }

    synchronized void close() {
        closed = true;
        if (context != null) {
            context.close();
        }
    }
}
