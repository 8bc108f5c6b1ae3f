package dev.parley.grpcjava;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.ErrorDetail;
import dev.parley.RetryAdvice;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Errors between the two libraries, details included. */
final class StatusBridge {

    static final String DETAILS_NAME = "grpc-status-details-bin";

    private static final Metadata.Key<byte[]> DETAILS = Metadata.Key.of(DETAILS_NAME, Metadata.BINARY_BYTE_MARSHALLER);
    private static final String TYPE_PREFIX = "type.googleapis.com/";

    private StatusBridge() {}

    /** The error that a grpc-java service has closed its call with; {@code status} is not OK. */
    static CallException toParley(Status status, Metadata trailers) {
        dev.parley.Metadata metadata = new dev.parley.Metadata();
        MetadataBridge.addTo(metadata, trailers);
        String description = status.getDescription();
        return new CallException(
                Code.ofNumber(status.getCode().value()).orElse(Code.UNKNOWN),
                description == null ? "" : description,
                status.getCause(),
                details(trailers),
                metadata,
                CallException.Origin.LOCAL,
                RetryAdvice.UNSTATED);
    }

    private static List<ErrorDetail> details(Metadata trailers) {
        byte[] bytes = trailers.get(DETAILS);
        if (bytes == null) {
            return List.of();
        }
        try {
            List<ErrorDetail> details = new ArrayList<>();
            for (Any any : com.google.rpc.Status.parseFrom(bytes).getDetailsList()) {
                String url = any.getTypeUrl();
                details.add(new ErrorDetail(
                        url.substring(url.lastIndexOf('/') + 1), any.getValue().toByteArray()));
            }
            return details;
        } catch (InvalidProtocolBufferException e) {
            return List.of(); // the code and the description are worth more than a complaint about the details
        }
    }

    /** The status that a grpc-java stub sees for {@code error} of a call that has this deadline. */
    static Status toGrpc(CallException error, Deadline deadline) {
        return Status.fromCodeValue(error.code().number())
                .withDescription(description(error, deadline))
                .withCause(error.getCause());
    }

    private static @Nullable String description(CallException error, Deadline deadline) {
        if (error.code() == Code.DEADLINE_EXCEEDED
                && (error.origin() == CallException.Origin.LOCAL || deadline.isExpired())) {
            // The words that code written for grpc-java knows, even if the server was a little faster to notice.
            return "ClientCall was cancelled at or after deadline. " + error.message();
        }
        return error.message().isEmpty() ? null : error.message();
    }

    /** The trailers that a grpc-java stub sees for {@code error}. */
    static Metadata trailers(CallException error) {
        Metadata trailers = MetadataBridge.toGrpc(error.metadata());
        if (!error.details().isEmpty()) {
            com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                    .setCode(error.code().number())
                    .setMessage(error.message());
            for (ErrorDetail detail : error.details()) {
                status.addDetails(Any.newBuilder()
                        .setTypeUrl(TYPE_PREFIX + detail.type())
                        .setValue(ByteString.copyFrom(detail.value())));
            }
            trailers.put(DETAILS, status.build().toByteArray());
        }
        return trailers;
    }
}
