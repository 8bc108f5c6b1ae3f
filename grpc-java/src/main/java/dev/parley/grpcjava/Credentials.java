package dev.parley.grpcjava;

import dev.parley.CallException;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Asks a stub's {@link CallCredentials} for their headers. */
final class Credentials {

    private Credentials() {}

    /**
     * The headers; none without credentials.
     *
     * @throws CallException if the credentials cannot be had
     */
    static Metadata of(CallOptions options, MethodDescriptor<?, ?> method, GrpcChannel channel)
            throws InterruptedException {
        CallCredentials credentials = options.getCredentials();
        if (credentials == null) {
            return new Metadata();
        }
        CompletableFuture<Metadata> applied = new CompletableFuture<>();
        credentials.applyRequestMetadata(
                new CallInfo(method, channel.authority()), channel.executor(), new CallCredentials.MetadataApplier() {
                    @Override
                    public void apply(Metadata headers) {
                        applied.complete(headers);
                    }

                    @Override
                    public void fail(Status status) {
                        applied.completeExceptionally(StatusBridge.toParley(status, new Metadata()));
                    }
                });
        try {
            return applied.get(); // the call's deadline interrupts
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw CallException.from(cause == null ? e : cause);
        }
    }

    /** What credentials may know. The level is what is certain, so those that insist on privacy must look themselves. */
    private static final class CallInfo extends CallCredentials.RequestInfo {
        private final MethodDescriptor<?, ?> method;
        private final String authority;

        CallInfo(MethodDescriptor<?, ?> method, String authority) {
            this.method = method;
            this.authority = authority;
        }

        @Override
        public MethodDescriptor<?, ?> getMethodDescriptor() {
            return method;
        }

        @Override
        public SecurityLevel getSecurityLevel() {
            return SecurityLevel.NONE;
        }

        @Override
        public String getAuthority() {
            return authority;
        }

        @Override
        public Attributes getTransportAttrs() {
            return Attributes.EMPTY;
        }
    }
}
