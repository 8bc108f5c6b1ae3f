package dev.parley.rpc.internal.json;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Messages of any type with all kinds of values that have a JSON. The same seed gives the same ones. */
final class RandomMessages {

    private static final String[] CHARACTERS = {
        "a",
        "Z",
        "0",
        " ",
        "\"",
        "\\",
        "/",
        "\b",
        "\f",
        "\n",
        "\r",
        "\t",
        "\0",
        "\u001f",
        "\u007f",
        "<",
        ">",
        "&",
        "=",
        "'",
        "é",
        "ß",
        "\u07ff",
        "\u0800",
        "谷",
        "\u2028",
        "\u2029",
        "\ufeff",
        "\uffff",
        "😁",
        "\ud800\udc00",
        "\udbff\udfff",
    };
    private static final double[] REALS = {
        0,
        1,
        -1,
        0.1,
        1e10,
        -1e-10,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        123456789.125,
    };
    private static final float[] SINGLES = {
        0, 1, -1.5f, 0.1f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN, Float.POSITIVE_INFINITY, 16777216f,
    };
    private static final long[] WHOLE = {0, 1, -1, 42, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 53, 4294967295L};
    private static final int DEEPEST = 4;

    private final Random random;
    private final List<FieldDescriptor> extensions;

    RandomMessages(long seed, List<FieldDescriptor> extensions) {
        this.random = new Random(seed);
        this.extensions = extensions;
    }

    /** A few fields of {@code prototype}'s type, at random. */
    Message like(Message prototype) {
        return fill(prototype.newBuilderForType(), 0);
    }

    private Message fill(Message.Builder builder, int depth) {
        String type = builder.getDescriptorForType().getFullName();
        switch (type) {
            case "google.protobuf.Timestamp" -> copy(timestamp(), builder);
            case "google.protobuf.Duration" -> copy(duration(), builder);
            case "google.protobuf.FieldMask" -> copy(mask(), builder);
            case "google.protobuf.Value" -> value(builder, depth);
            case "google.protobuf.Any" -> copy(any(depth), builder);
            default -> fields(builder, depth);
        }
        return builder.build();
    }

    // Through bytes, since the builder may be a dynamic one.
    private static void copy(Message from, Message.Builder to) {
        try {
            to.mergeFrom(from.toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private void fields(Message.Builder builder, int depth) {
        List<FieldDescriptor> all =
                new ArrayList<>(builder.getDescriptorForType().getFields());
        extensions.stream()
                .filter(extension -> extension.getContainingType() == builder.getDescriptorForType())
                .forEach(all::add);
        // Few of many, so that each message looks different, but most of a small one.
        double share = Math.min(0.7, 10.0 / all.size());
        for (FieldDescriptor field : all) {
            boolean tooDeep = depth >= DEEPEST && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (field.isRequired() || (random.nextDouble() < share && !tooDeep)) {
                set(builder, field, depth);
            }
        }
    }

    private void set(Message.Builder builder, FieldDescriptor field, int depth) {
        if (field.isMapField()) {
            FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
            FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
            List<Object> seen = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                Message.Builder entry = builder.newBuilderForField(field);
                Object newKey = single(entry, key, depth);
                if (!seen.contains(newKey)) {
                    seen.add(newKey);
                    entry.setField(key, newKey);
                    entry.setField(value, single(entry, value, depth));
                    builder.addRepeatedField(field, entry.build());
                }
            }
        } else if (field.isRepeated()) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                builder.addRepeatedField(field, single(builder, field, depth));
            }
        } else {
            builder.setField(field, single(builder, field, depth));
        }
    }

    private Object single(Message.Builder builder, FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case INT -> (int) whole();
            case LONG -> whole();
            case FLOAT -> random.nextBoolean() ? SINGLES[random.nextInt(SINGLES.length)] : random.nextFloat();
            case DOUBLE -> random.nextBoolean() ? REALS[random.nextInt(REALS.length)] : random.nextGaussian() * 1e6;
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text();
            case BYTE_STRING -> bytes();
            case ENUM -> enumValue(field);
            case MESSAGE -> fill(builder.newBuilderForField(field), depth + 1);
        };
    }

    private long whole() {
        return random.nextBoolean() ? WHOLE[random.nextInt(WHOLE.length)] : random.nextLong() >> random.nextInt(64);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(random.nextBoolean() ? "x" : CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return text.toString();
    }

    private ByteString bytes() {
        byte[] bytes = new byte[random.nextInt(8)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private EnumValueDescriptor enumValue(FieldDescriptor field) {
        if (field.getEnumType() == NullValue.getDescriptor()) {
            return NullValue.NULL_VALUE.getValueDescriptor();
        }
        if (!field.getEnumType().isClosed() && random.nextInt(4) == 0) {
            return field.getEnumType().findValueByNumberCreatingIfUnknown((int) whole());
        }
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        // The first of those with the same number, which is the one that comes out again.
        int number = values.get(random.nextInt(values.size())).getNumber();
        return field.getEnumType().findValueByNumber(number);
    }

    private Timestamp timestamp() {
        long first = -62_135_596_800L;
        long last = 253_402_300_799L;
        return Timestamp.newBuilder()
                .setSeconds(
                        random.nextInt(8) == 0 ? (random.nextBoolean() ? first : last) : random.nextLong(first, last))
                .setNanos(nanos())
                .build();
    }

    private int nanos() {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(1000) * 1_000_000;
            case 2 -> random.nextInt(1_000_000) * 1000;
            default -> random.nextInt(1_000_000_000);
        };
    }

    private Duration duration() {
        int sign = random.nextBoolean() ? 1 : -1;
        return Duration.newBuilder()
                .setSeconds(sign * (random.nextInt(3) == 0 ? 0 : random.nextLong(315_576_000_001L)))
                .setNanos(sign * nanos())
                .build();
    }

    private FieldMask mask() {
        FieldMask.Builder mask = FieldMask.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            mask.addPaths(random.nextBoolean() ? "foo.bar_baz" : "user2.display_name.x");
        }
        return mask.build();
    }

    private void value(Message.Builder builder, int depth) {
        List<FieldDescriptor> kinds = builder.getDescriptorForType().getFields();
        FieldDescriptor kind = kinds.get(random.nextInt(depth >= DEEPEST ? 4 : kinds.size()));
        Object value = single(builder, kind, depth);
        builder.setField(
                kind, value instanceof Double number && !Double.isFinite(number) ? Double.valueOf(0.5) : value);
    }

    private Any any(int depth) {
        Message inside = switch (random.nextInt(7)) {
            case 0 -> timestamp();
            case 1 -> duration();
            case 2 -> depth >= DEEPEST ? mask() : any(depth + 1);
            case 3 -> com.google.protobuf.Int64Value.of(whole());
            case 4 -> com.google.protobuf.Empty.getDefaultInstance();
            case 5 -> fill(Value.newBuilder(), depth + 1);
            default -> fill(dev.parley.rpc.json.Strict.newBuilder(), depth + 1);
        };
        return Any.pack(inside, random.nextBoolean() ? "type.googleapis.com" : "example.org/some");
    }
}
