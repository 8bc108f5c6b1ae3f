package dev.parley.rpc;

import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import build.buf.validate.Violation;
import build.buf.validate.Violations;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import dev.parley.CallException;
import dev.parley.Code;

/**
 * Violations as an error: {@code buf.validate.Violations} for who knows protovalidate, {@code google.rpc.BadRequest} for
 * who does not, and a message for people. As many violations as fit into what gRPC's trailers carry.
 */
final class Violated {

    private static final int DETAIL_BYTES = 3_000;
    private static final int MESSAGE_CHARS = 500;

    private Violated() {}

    static CallException of(Message request, Violations violations) {
        Violations.Builder kept = Violations.newBuilder();
        BadRequest.Builder badRequest = BadRequest.newBuilder();
        StringBuilder text = new StringBuilder();
        int bytes = 0;
        for (Violation violation : violations.getViolationsList()) {
            String path = path(violation.getField());
            String message = words(violation);
            BadRequest.FieldViolation plain = BadRequest.FieldViolation.newBuilder()
                    .setField(path)
                    .setDescription(message)
                    .build();
            bytes += violation.getSerializedSize() + plain.getSerializedSize() + 6;
            if (bytes > DETAIL_BYTES) {
                break;
            }
            kept.addViolations(violation);
            badRequest.addFieldViolations(plain);
            append(text, path, message);
        }
        int untold = violations.getViolationsCount() - kept.getViolationsCount();
        if (kept.getViolationsCount() == 0) {
            // One that is too large by itself, such as one with a key of a map in its path.
            append(text, "", "a field of " + request.getDescriptorForType().getFullName() + " violates its rules");
        } else if (untold > 0) {
            text.append("; and ").append(untold).append(" more");
        }
        CallException error = new CallException(Code.INVALID_ARGUMENT, text.toString());
        return kept.getViolationsCount() == 0
                ? error
                : error.withDetail(ErrorDetails.pack(kept.build())).withDetail(ErrorDetails.pack(badRequest.build()));
    }

    private static void append(StringBuilder text, String path, String message) {
        String more = path.isEmpty() ? message : path + ": " + message;
        if (text.length() + more.length() <= MESSAGE_CHARS) {
            text.append(text.isEmpty() ? "" : "; ").append(more);
        }
    }

    private static String words(Violation violation) {
        return violation.getMessage().isEmpty() ? '[' + violation.getRuleId() + ']' : violation.getMessage();
    }

    /** In protovalidate's form: {@code lines[2].prices["EUR"].amount}. */
    private static String path(FieldPath path) {
        StringBuilder text = new StringBuilder();
        for (FieldPathElement element : path.getElementsList()) {
            text.append(text.isEmpty() ? "" : ".").append(element.getFieldName());
            switch (element.getSubscriptCase()) {
                case INDEX -> text.append('[').append(element.getIndex()).append(']');
                case BOOL_KEY -> text.append('[').append(element.getBoolKey()).append(']');
                case INT_KEY -> text.append('[').append(element.getIntKey()).append(']');
                case UINT_KEY ->
                    text.append('[')
                            .append(Long.toUnsignedString(element.getUintKey()))
                            .append(']');
                case STRING_KEY ->
                    text.append("[\"")
                            .append(element.getStringKey().replace("\\", "\\\\").replace("\"", "\\\""))
                            .append("\"]");
                case SUBSCRIPT_NOT_SET -> {}
            }
        }
        return text.toString();
    }
}
