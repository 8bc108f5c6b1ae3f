package dev.parley.codegen;

import com.google.protobuf.Descriptors.MethodDescriptor;

/** Which side of a method is a stream. */
enum StreamKind {
    UNARY("unary", "unary", false, false),
    SERVER_STREAMING("serverStreaming", "server streaming", false, true),
    CLIENT_STREAMING("clientStreaming", "client streaming", true, false),
    BIDI_STREAMING("bidiStreaming", "bidirectional streaming", true, true);

    /** The method of {@code RpcMethod} that makes one of this kind. */
    final String factory;

    /** For a reader. */
    final String description;

    final boolean requestStreams;
    final boolean responseStreams;

    StreamKind(String factory, String description, boolean requestStreams, boolean responseStreams) {
        this.factory = factory;
        this.description = description;
        this.requestStreams = requestStreams;
        this.responseStreams = responseStreams;
    }

    static StreamKind of(MethodDescriptor method) {
        if (method.isClientStreaming()) {
            return method.isServerStreaming() ? BIDI_STREAMING : CLIENT_STREAMING;
        }
        return method.isServerStreaming() ? SERVER_STREAMING : UNARY;
    }
}
