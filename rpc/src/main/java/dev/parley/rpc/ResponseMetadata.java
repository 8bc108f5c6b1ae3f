package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a server sends beside its response: {@link CallOptions#withResponseMetadata}. It has that of the last call
 * made with it, so concurrent calls have one each. Headers are there once the call has returned or, for a stream, its
 * first message has; trailers once it has ended. To be read by the thread that made the call.
 */
public final class ResponseMetadata {

    private volatile @Nullable Call call;

    /** Nothing yet. */
    public ResponseMetadata() {}

    void follow(Call followed) {
        this.call = followed;
    }

    /** What came ahead of the response; empty before that. */
    public Metadata headers() {
        Call followed = call;
        return followed == null ? new Metadata() : new Metadata(followed.responseHeaders());
    }

    /** What came behind the response; empty before that. */
    public Metadata trailers() {
        Call followed = call;
        return followed == null ? new Metadata() : new Metadata(followed.responseTrailers());
    }
}
