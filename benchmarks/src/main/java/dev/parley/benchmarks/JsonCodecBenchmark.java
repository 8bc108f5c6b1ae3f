package dev.parley.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.parley.benchmarks.json.Event;
import dev.parley.benchmarks.json.Ledger;
import dev.parley.benchmarks.json.Money;
import dev.parley.benchmarks.json.Order;
import dev.parley.benchmarks.json.Status;
import dev.parley.rpc.internal.json.ProtoJson;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Parley's JSON codec against {@code JsonFormat}: from a message to UTF-8 and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class JsonCodecBenchmark {

    /** Which message. */
    @Param({"order", "ledger", "event"})
    public String message = "order";

    private final ProtoJson ours =
            new ProtoJson(TypeRegistry.getEmptyTypeRegistry(), ExtensionRegistry.getEmptyRegistry(), false, true);
    private final JsonFormat.Printer printer = JsonFormat.printer().omittingInsignificantWhitespace();
    private final JsonFormat.Parser parser = JsonFormat.parser().ignoringUnknownFields();
    private Message value = Order.getDefaultInstance();
    private byte[] json = {};

    /** Makes the message and its text. */
    @Setup
    public void setUp() throws InvalidProtocolBufferException {
        value = switch (message) {
            case "order" -> order(1);
            case "ledger" -> ledger(2);
            default -> event();
        };
        json = theirEncode();
        if (!theirDecode().equals(value) || !ourDecode().equals(value)) {
            throw new IllegalStateException("the codecs do not read " + message + " alike");
        }
    }

    private static Order order(int number) {
        return Order.newBuilder()
                .setOrderId("o-" + number + "-7f3a9c1e")
                .setUserId("u-" + number)
                .setProductId("sku-" + number)
                .setQuantity(number)
                .setTotal(money(number))
                .setStatus(Status.PAID)
                .setGift(true)
                .setWeight(0.25 * number)
                .build();
    }

    private static Money money(int number) {
        return Money.newBuilder().setCents(1999L * number).setCurrency("EUR").build();
    }

    private static Ledger ledger(int depth) {
        Ledger.Builder ledger =
                Ledger.newBuilder().setName("Bücher \"" + depth + '"').setSignature(ByteString.copyFrom(new byte[64]));
        for (int i = 0; i < 20; i++) {
            ledger.addOrders(order(i + 1)).putTotals("total-" + i, money(i + 1));
        }
        for (int i = 0; i < 3 && depth > 0; i++) {
            ledger.addParts(ledger(depth - 1));
        }
        return ledger.build();
    }

    private static Event event() {
        Struct.Builder attributes = Struct.newBuilder();
        for (int i = 0; i < 8; i++) {
            attributes.putFields(
                    "name-" + i, Value.newBuilder().setStringValue("value " + i).build());
        }
        attributes.putFields(
                "list",
                Value.newBuilder()
                        .setListValue(ListValue.newBuilder()
                                .addValues(Value.newBuilder().setNumberValue(1.5))
                                .addValues(Value.newBuilder().setBoolValue(true)))
                        .build());
        return Event.newBuilder()
                .setTime(Timestamp.newBuilder().setSeconds(1_760_000_000).setNanos(123_000_000))
                .setTook(Duration.newBuilder().setNanos(1_500_000))
                .setAttributes(attributes)
                .setSize(Int64Value.of(4096))
                .setNote(StringValue.of("as it was"))
                .build();
    }

    /** Parley, writing. */
    @Benchmark
    public byte[] ourEncode() {
        return ours.write(value, 0);
    }

    /** JsonFormat, writing. */
    @Benchmark
    public byte[] theirEncode() throws InvalidProtocolBufferException {
        return printer.print(value).getBytes(StandardCharsets.UTF_8);
    }

    /** Parley, reading. */
    @Benchmark
    public Message ourDecode() throws InvalidProtocolBufferException {
        Message.Builder builder = value.newBuilderForType();
        ours.merge(json, 0, json.length, builder);
        return builder.build();
    }

    /** JsonFormat, reading. */
    @Benchmark
    public Message theirDecode() throws InvalidProtocolBufferException {
        Message.Builder builder = value.newBuilderForType();
        parser.merge(new String(json, StandardCharsets.UTF_8), builder);
        return builder.build();
    }
}
