package dev.parley.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** gRPC's trailers: {@code grpc-status}, {@code grpc-message}, {@code grpc-status-details-bin}. */
final class GrpcStatus {

    static final String STATUS = "grpc-status";
    static final String MESSAGE = "grpc-message";
    static final String DETAILS = "grpc-status-details-bin";
    static final String PUSHBACK = "grpc-retry-pushback-ms";

    private static final String TYPE_PREFIX = "type.googleapis.com/";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    // Peers accept 8 KiB of trailers together unless told otherwise; the code must get through whatever else is cut.
    private static final int MESSAGE_MOST = 2 << 10;
    private static final int DETAILS_MOST = 5 << 10;
    private static final Metadata OK = Metadata.of(STATUS, "0");

    private GrpcStatus() {}

    /** The trailers of {@code call}: those of success if there is no error. */
    static Metadata trailers(Call call, @Nullable CallException error) {
        Metadata trailers = error == null ? new Metadata(OK) : new Metadata();
        ReservedHeaders.copy(call.responseTrailers(), trailers);
        if (error != null) {
            write(error, trailers);
        }
        return trailers;
    }

    static void write(CallException error, Metadata trailers) {
        trailers.put(STATUS, Integer.toString(error.code().number()));
        String message = error.message();
        if (!message.isEmpty()) {
            trailers.put(MESSAGE, percentEncode(message));
        }
        if (!error.details().isEmpty()) {
            String details = Base64.getEncoder()
                    .withoutPadding()
                    .encodeToString(statusOf(error).toByteArray());
            if (details.length() <= DETAILS_MOST) {
                trailers.put(DETAILS, details);
            }
        }
        switch (error.retryAdvice()) {
            case RetryAdvice.After after ->
                trailers.put(PUSHBACK, Long.toString(after.delay().toMillis()));
            case RetryAdvice.Never never -> trailers.put(PUSHBACK, "-1");
            default -> {}
        }
        if (error.origin() == CallException.Origin.LOCAL) {
            // What another server sent us along with its error is not ours to pass on.
            ReservedHeaders.copy(error.metadata(), trailers);
        }
    }

    /** The error that {@code trailers} tell of; empty for success. */
    static Optional<CallException> read(Metadata trailers, Metadata received) {
        String status = trailers.get(STATUS).orElse("");
        if (status.equals("0")) {
            return Optional.empty();
        }
        Optional<Code> code = codeOf(status);
        String message = code.isPresent()
                ? percentDecode(trailers.get(MESSAGE).orElse(""))
                : "the peer answered with an unknown grpc-status: \"" + status + "\" "
                        + percentDecode(trailers.get(MESSAGE).orElse(""));
        return Optional.of(new CallException(
                code.orElse(Code.UNKNOWN),
                message,
                null,
                details(trailers),
                received,
                CallException.Origin.REMOTE,
                advice(trailers)));
    }

    private static Optional<Code> codeOf(String status) {
        boolean digits = status.length() == 1 || (status.length() == 2 && status.charAt(0) != '0');
        for (int i = 0; digits && i < status.length(); i++) {
            digits = status.charAt(i) >= '0' && status.charAt(i) <= '9';
        }
        return digits ? Code.ofNumber(Integer.parseInt(status)) : Optional.empty();
    }

    /** gRPC's table for an answer that is not gRPC. */
    static Code ofHttp(int status) {
        return switch (status) {
            case 400 -> Code.INTERNAL;
            case 401 -> Code.UNAUTHENTICATED;
            case 403 -> Code.PERMISSION_DENIED;
            case 404 -> Code.UNIMPLEMENTED;
            case 429, 502, 503, 504 -> Code.UNAVAILABLE;
            default -> Code.UNKNOWN;
        };
    }

    static Status statusOf(CallException error) {
        Status.Builder status =
                Status.newBuilder().setCode(error.code().number()).setMessage(error.message());
        for (ErrorDetail detail : error.details()) {
            status.addDetails(Any.newBuilder()
                    .setTypeUrl(TYPE_PREFIX + detail.type())
                    .setValue(ByteString.copyFrom(detail.value())));
        }
        return status.build();
    }

    private static List<ErrorDetail> details(Metadata trailers) {
        try {
            Optional<byte[]> bytes = trailers.getBinary(DETAILS);
            if (bytes.isEmpty()) {
                return List.of();
            }
            List<ErrorDetail> details = new ArrayList<>();
            for (Any any : Status.parseFrom(bytes.get()).getDetailsList()) {
                String url = any.getTypeUrl();
                details.add(new ErrorDetail(
                        url.substring(url.lastIndexOf('/') + 1), any.getValue().toByteArray()));
            }
            return details;
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            return List.of(); // the code and the message are worth more than a complaint about the details
        }
    }

    static RetryAdvice advice(Metadata trailers) {
        Optional<String> pushback = trailers.get(PUSHBACK);
        if (pushback.isEmpty()) {
            return RetryAdvice.UNSTATED;
        }
        try {
            long millis = Long.parseLong(pushback.get());
            return millis < 0 ? RetryAdvice.NEVER : RetryAdvice.after(java.time.Duration.ofMillis(millis));
        } catch (NumberFormatException e) {
            return RetryAdvice.NEVER; // gRPC: a value that cannot be read means no
        }
    }

    static String percentEncode(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        StringBuilder encoded = new StringBuilder(bytes.length + 16);
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            boolean within = (b & 0xc0) == 0x80; // a character is cut off whole
            if (encoded.length() >= MESSAGE_MOST && !within) {
                break;
            }
            if (b >= 0x20 && b <= 0x7e && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
            }
        }
        return encoded.toString();
    }

    /** Never fails: a wrong escape stands for itself, as the specification asks. */
    static String percentDecode(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int high = c == '%' && i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(encoded.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
