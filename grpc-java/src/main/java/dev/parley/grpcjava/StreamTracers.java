package dev.parley.grpcjava;

import com.google.protobuf.MessageLite;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What instrumentation of grpc-java wants to know of a call. The size on the wire is Parley's business: -1, unknown. */
final class StreamTracers {

    static final StreamTracers NONE = new StreamTracers(List.of());

    private final List<ClientStreamTracer> tracers;
    private int sent;
    private int received;

    private StreamTracers(List<ClientStreamTracer> tracers) {
        this.tracers = tracers;
    }

    static StreamTracers of(CallOptions options, Metadata headers) {
        List<ClientStreamTracer.Factory> factories = options.getStreamTracerFactories();
        if (factories.isEmpty()) {
            return NONE;
        }
        ClientStreamTracer.StreamInfo info = ClientStreamTracer.StreamInfo.newBuilder()
                .setCallOptions(options)
                .build();
        List<ClientStreamTracer> tracers = new ArrayList<>();
        factories.forEach(factory -> tracers.add(factory.newClientStreamTracer(info, headers)));
        return new StreamTracers(tracers);
    }

    void created(Metadata headers) {
        each(tracer -> {
            tracer.streamCreated(Attributes.EMPTY, headers);
            tracer.outboundHeaders();
        });
    }

    void sent(Object message) {
        int number = sent++;
        each(tracer -> {
            tracer.outboundMessage(number);
            tracer.outboundMessageSent(number, -1, size(message));
            tracer.outboundUncompressedSize(size(message));
        });
    }

    void receivedHeaders() {
        each(ClientStreamTracer::inboundHeaders);
    }

    void received(Object message) {
        int number = received++;
        each(tracer -> {
            tracer.inboundMessage(number);
            tracer.inboundMessageRead(number, -1, size(message));
            tracer.inboundUncompressedSize(size(message));
        });
    }

    void closed(Status status, Metadata trailers) {
        each(tracer -> {
            if (status.isOk()) {
                tracer.inboundTrailers(trailers);
            }
            tracer.streamClosed(status);
        });
    }

    private void each(Consumer<ClientStreamTracer> event) {
        tracers.forEach(event);
    }

    private static long size(Object message) {
        return message instanceof MessageLite protobuf ? protobuf.getSerializedSize() : -1;
    }
}
