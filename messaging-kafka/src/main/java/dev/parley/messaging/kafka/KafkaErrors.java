package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Kafka's errors in the field's codes. */
final class KafkaErrors {

    private KafkaErrors() {}

    /**
     * What is thrown for an error of a client.
     *
     * @param doing what failed, such as {@code publishing to order.placed}
     */
    static Exception translated(Throwable thrown, String doing, KafkaSettings settings) {
        Throwable cause = thrown;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof CallException known) {
            return known;
        }
        if (cause instanceof InterruptException || cause instanceof InterruptedException) {
            // Kafka's own sets the flag again, which an InterruptedException must not come with.
            var _ = Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted while " + doing);
            interrupted.initCause(cause);
            return interrupted;
        }
        if (cause instanceof IllegalArgumentException invalid) {
            return invalid;
        }
        String what = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (what.startsWith("Failed to find brokers")) { // or whatever it was looking for one for
            what = "no broker can be reached (" + what + ")";
        }
        return new CallException(code(cause), "%s at %s failed: %s".formatted(doing, settings.shown(), what), cause);
    }

    private static Code code(Throwable cause) {
        return switch (cause) {
            case AuthenticationException e -> Code.UNAUTHENTICATED;
            case AuthorizationException e -> Code.PERMISSION_DENIED;
            case GroupIdNotFoundException e -> Code.NOT_FOUND;
            case RecordTooLargeException e -> Code.INVALID_ARGUMENT;
            case InvalidTopicException e -> Code.INVALID_ARGUMENT;
            case GroupNotEmptyException e -> Code.FAILED_PRECONDITION;
            case InconsistentGroupProtocolException e -> Code.FAILED_PRECONDITION;
            case PolicyViolationException e -> Code.FAILED_PRECONDITION;
            case InvalidReplicationFactorException e -> Code.FAILED_PRECONDITION;
            case InvalidPartitionsException e -> Code.FAILED_PRECONDITION;
            case InvalidConfigurationException e -> Code.FAILED_PRECONDITION;
            default -> Code.UNAVAILABLE;
        };
    }
}
