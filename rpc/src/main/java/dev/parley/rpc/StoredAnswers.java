package dev.parley.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpException;
import dev.parley.rpc.stored.StoredAnswer;
import dev.parley.rpc.stored.StoredDetail;
import dev.parley.rpc.stored.StoredError;
import dev.parley.rpc.stored.StoredHeader;
import java.util.ArrayList;
import java.util.List;

/** How an answer is written into a store of idempotency keys, and given again. */
final class StoredAnswers {

    private StoredAnswers() {}

    static byte[] of(Call attempt, Message response) {
        return of(attempt, StoredAnswer.newBuilder().setResponse(response.toByteString()));
    }

    static byte[] of(Call attempt, CallException error) {
        StoredError.Builder stored = StoredError.newBuilder()
                .setCode(error.code().number())
                .setMessage(error.message())
                .setHttpStatus(error instanceof HttpException http ? http.status() : 0)
                .setRemote(error.origin() == CallException.Origin.REMOTE)
                .setNeverRepeat(error.retryAdvice() instanceof RetryAdvice.Never);
        for (ErrorDetail detail : error.details()) {
            stored.addDetails(
                    StoredDetail.newBuilder().setType(detail.type()).setValue(ByteString.copyFrom(detail.value())));
        }
        if (error.origin() == CallException.Origin.LOCAL) {
            stored.addAllMetadata(stored(error.metadata())); // of a remote one nothing is sent on
        }
        return of(attempt, StoredAnswer.newBuilder().setError(stored));
    }

    private static byte[] of(Call attempt, StoredAnswer.Builder answer) {
        return answer.addAllHeaders(stored(attempt.responseHeaders()))
                .addAllTrailers(stored(attempt.responseTrailers()))
                .setRestStatus(attempt.attributes().get(Rest.STATUS).orElse(0))
                .build()
                .toByteArray();
    }

    /** Puts metadata and status into {@code call}, and returns the response or throws the error. */
    static Message replay(Call call, Message prototype, byte[] bytes) {
        StoredAnswer answer;
        Message response;
        try {
            answer = StoredAnswer.parseFrom(bytes);
            response = prototype.getParserForType().parseFrom(answer.getResponse());
        } catch (InvalidProtocolBufferException e) {
            throw new CallException(Code.INTERNAL, "what the store of idempotency keys has kept cannot be read", e);
        }
        answer.getHeadersList().forEach(header -> call.responseHeaders().add(header.getName(), header.getValue()));
        answer.getTrailersList().forEach(header -> call.responseTrailers().add(header.getName(), header.getValue()));
        call.responseHeaders().put(Idempotency.REPLAYED, "true");
        if (answer.getRestStatus() != 0) {
            call.attributes().put(Rest.STATUS, answer.getRestStatus());
        }
        if (answer.hasError()) {
            throw error(answer.getError());
        }
        return response;
    }

    private static CallException error(StoredError stored) {
        Code code = Code.ofNumber(stored.getCode()).orElse(Code.UNKNOWN);
        Metadata metadata = new Metadata();
        stored.getMetadataList().forEach(header -> metadata.add(header.getName(), header.getValue()));
        if (stored.getHttpStatus() != 0) {
            HttpException error = new HttpException(stored.getHttpStatus(), code, stored.getMessage());
            error.metadata().addAll(metadata);
            return error;
        }
        List<ErrorDetail> details = new ArrayList<>();
        stored.getDetailsList()
                .forEach(detail -> details.add(
                        new ErrorDetail(detail.getType(), detail.getValue().toByteArray())));
        return new CallException(
                code,
                stored.getMessage(),
                null,
                details,
                metadata,
                stored.getRemote() ? CallException.Origin.REMOTE : CallException.Origin.LOCAL,
                stored.getNeverRepeat() ? RetryAdvice.NEVER : RetryAdvice.UNSTATED);
    }

    /** Without cookies: one is for the connection that it was given on. */
    private static List<StoredHeader> stored(Metadata metadata) {
        List<StoredHeader> stored = new ArrayList<>();
        metadata.forEach((name, value) -> {
            if (!name.equals("set-cookie") && !ReservedHeaders.isReserved(name)) {
                stored.add(
                        StoredHeader.newBuilder().setName(name).setValue(value).build());
            }
        });
        return stored;
    }
}
