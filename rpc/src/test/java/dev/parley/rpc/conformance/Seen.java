package dev.parley.rpc.conformance;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.ResponseMetadata;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that a client has seen of one call. */
record Seen(
        List<String> texts,
        @Nullable Code code,
        String message,
        List<ErrorDetail> details,
        List<String> headers,
        List<String> trailers) {

    /** How a call is made, its requests known beforehand. */
    enum Kind {
        UNARY,
        CLIENT_STREAM,
        SERVER_STREAM,
        BIDI_STREAM;

        boolean streamsRequests() {
            return this == CLIENT_STREAM || this == BIDI_STREAM;
        }

        boolean streamsResponses() {
            return this == SERVER_STREAM || this == BIDI_STREAM;
        }
    }

    static Seen of(EchoService.Client client, CallOptions options, Kind kind, List<EchoRequest> requests) {
        ResponseMetadata metadata = new ResponseMetadata();
        EchoService with = client.with(options.withResponseMetadata(metadata));
        List<String> texts = new ArrayList<>();
        CallException error = null;
        try {
            switch (kind) {
                case UNARY -> texts.add(with.echo(requests.getFirst()).getText());
                case CLIENT_STREAM ->
                    texts.add(with.join(Messages.from(requests)).getText());
                case SERVER_STREAM -> read(with.repeat(requests.getFirst()), texts);
                case BIDI_STREAM -> read(with.chat(Messages.from(requests)), texts);
            }
        } catch (CallException e) {
            error = e;
        }
        // A unary error of Connect has both in one place; whoever asks finds its trailers there.
        Metadata trailers = metadata.trailers();
        return new Seen(
                texts,
                error == null ? null : error.code(),
                error == null ? "" : error.message(),
                error == null ? List.of() : error.details(),
                metadata.headers().getAll(Scripted.HEAD),
                trailers.getAll(Scripted.TRAIL));
    }

    private static void read(Messages<EchoResponse> responses, List<String> texts) {
        try (responses) {
            for (EchoResponse response = responses.receive(); response != null; response = responses.receive()) {
                texts.add(response.getText());
            }
        }
    }
}
