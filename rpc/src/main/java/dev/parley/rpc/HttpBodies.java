package dev.parley.rpc;

import com.google.api.HttpBody;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Objects;

/**
 * {@code google.api.HttpBody}: a body of any type that is passed as it is. By descriptor, so that messages without generated
 * classes will do.
 */
final class HttpBodies {

    /** The type of a body whose sender names none (RFC 9110, 8.3). */
    static final String UNKNOWN_TYPE = "application/octet-stream";

    private static final String NAME = HttpBody.getDescriptor().getFullName();

    private HttpBodies() {}

    static boolean is(Descriptor type) {
        return type.getFullName().equals(NAME);
    }

    static boolean is(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && !field.isRepeated()
                && is(field.getMessageType());
    }

    /** Sets an {@code HttpBody}; what it had for a type stays if none is named. */
    static void set(Message.Builder body, String contentType, byte[] bytes) {
        if (!contentType.isEmpty()) {
            body.setField(field(body.getDescriptorForType(), HttpBody.CONTENT_TYPE_FIELD_NUMBER), contentType);
        }
        body.setField(field(body.getDescriptorForType(), HttpBody.DATA_FIELD_NUMBER), ByteString.copyFrom(bytes));
    }

    static String contentType(Message body) {
        String type = (String) body.getField(field(body.getDescriptorForType(), HttpBody.CONTENT_TYPE_FIELD_NUMBER));
        return type.isEmpty() ? UNKNOWN_TYPE : type;
    }

    static byte[] data(Message body) {
        return ((ByteString) body.getField(field(body.getDescriptorForType(), HttpBody.DATA_FIELD_NUMBER)))
                .toByteArray();
    }

    private static FieldDescriptor field(Descriptor type, int number) {
        return Objects.requireNonNull(type.findFieldByNumber(number));
    }
}
