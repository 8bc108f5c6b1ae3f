package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.CallException;
import dev.parley.Code;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the client throws, in our words. */
final class RabbitErrors {

    private RabbitErrors() {}

    /** An error of something that was tried at a server. */
    static CallException of(Settings settings, String tried, Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof CallException known) {
                return known;
            }
            if (each instanceof AuthenticationFailureException
                    || each instanceof PossibleAuthenticationFailureException) {
                return new CallException(
                        Code.UNAUTHENTICATED,
                        "RabbitMQ at %s refuses the user \"%s\": wrong user or password, or no access to the virtual host \"%s\""
                                .formatted(settings.where(), settings.user(), settings.virtualHost()),
                        thrown);
            }
            if (each instanceof ShutdownSignalException signal) {
                return ofSignal(settings, tried, signal);
            }
        }
        return new CallException(
                Code.UNAVAILABLE,
                "RabbitMQ at %s: could not %s: %s".formatted(settings.where(), tried, reason(thrown)),
                thrown);
    }

    private static CallException ofSignal(Settings settings, String tried, ShutdownSignalException signal) {
        String text = text(signal);
        Code code = switch (replyCode(signal)) {
            case AMQP.NOT_FOUND -> Code.NOT_FOUND;
            case AMQP.PRECONDITION_FAILED, AMQP.RESOURCE_LOCKED -> Code.FAILED_PRECONDITION;
            case AMQP.ACCESS_REFUSED -> Code.PERMISSION_DENIED;
            // What the server says of a virtual host that is not there, or not for this user.
            case AMQP.NOT_ALLOWED -> text.contains("not found") ? Code.NOT_FOUND : Code.PERMISSION_DENIED;
            case AMQP.COMMAND_INVALID, AMQP.SYNTAX_ERROR, AMQP.FRAME_ERROR, AMQP.UNEXPECTED_FRAME -> Code.INTERNAL;
            default -> Code.UNAVAILABLE;
        };
        return new CallException(
                code,
                "RabbitMQ at %s: could not %s: %s%s".formatted(settings.where(), tried, text, advice(text)),
                signal);
    }

    /** What to do about something that is there already, and is another thing. */
    private static String advice(String text) {
        if (!text.contains("inequivalent arg")) {
            return "";
        }
        if (text.contains("x-single-active-consumer")) {
            return "; a group is ordered or not from its beginning: use another group, or delete this one once it is empty";
        }
        return text.contains(" for exchange ")
                ? "; name one that is there as it is with the options exchange and exchange-type"
                : "; use another group, or take from the queue as it is, with SubscribeOptions.withQueue";
    }

    /** AMQP's code, 0 if the end of the channel or connection had none. */
    static int replyCode(ShutdownSignalException signal) {
        Method reason = signal.getReason();
        return switch (reason) {
            case AMQP.Channel.Close close -> close.getReplyCode();
            case AMQP.Connection.Close close -> close.getReplyCode();
            case null, default -> 0;
        };
    }

    /** What the server said. */
    static String text(ShutdownSignalException signal) {
        Method reason = signal.getReason();
        return switch (reason) {
            case AMQP.Channel.Close close -> close.getReplyText();
            case AMQP.Connection.Close close -> close.getReplyText();
            case null, default -> "the connection has ended (" + reason(signal.getCause()) + ')';
        };
    }

    static String reason(@Nullable Throwable thrown) {
        if (thrown == null) {
            return "closed";
        }
        String message = thrown.getMessage();
        if (thrown instanceof TimeoutException && message == null) {
            return "no answer in time; is it AMQP that is spoken there? Its port is 5672, and 5671 with TLS (amqps://), unless the"
                    + " server was told otherwise";
        }
        if (thrown instanceof SSLException && message != null && message.contains("unrecognized SSL message")) {
            return message + "; amqps:// is for a port with TLS, which is 5671 unless the server was told otherwise";
        }
        return message == null || message.isEmpty() ? thrown.getClass().getSimpleName() : message;
    }
}
