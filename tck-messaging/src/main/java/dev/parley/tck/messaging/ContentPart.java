package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.Capability;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageMetadata;
import dev.parley.messaging.Topic;
import dev.parley.messaging.spi.Outgoing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is published is what is delivered, to the byte. */
abstract class ContentPart extends DeadLetterPart {

    private static final String UNICODE =
            "gr\u00f6\u00dfe \u6771\u4eac \ud83d\ude80 \"q\" 'a' \\ %41 <x> & {}[] a=b,c;d";

    private <T> Delivery<T> roundTrip(Topic<T> topic, Message<T> message) throws Exception {
        Seen<T> seen = Seen.acking();
        subscribe(topic, "group", seen);
        broker().publish(topic, message);
        return awaitDistinct(seen, 1).getFirst();
    }

    @Test
    final void everyFieldComesBackToTheLetter() throws Exception {
        Topic<String> topic = Topic.text(fresh("fields"));
        Instant made = Instant.parse("2026-02-28T23:59:59.123456789Z");
        MessageMetadata metadata = new MessageMetadata(
                "urn:s\u00f6urce:\ud83d\ude80",
                made,
                Optional.of("correlation " + UNICODE),
                Optional.of("2.1-\u00fc"),
                Optional.of("key " + UNICODE),
                Optional.of(Instant.parse("2199-01-01T00:00:00.5Z")),
                "text/plain; charset=utf-8",
                Map.of(
                        "unicode",
                        UNICODE,
                        "empty",
                        "",
                        "blank",
                        " a  b ",
                        "x",
                        "1",
                        "traceparent",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        Message<String> message = new Message<>("id " + UNICODE, "type." + UNICODE, UNICODE, metadata);
        Delivery<String> delivery = roundTrip(topic, message);
        assertThat(delivery.message()).isEqualTo(message);
        assertThat(delivery.topic()).isEqualTo(topic.name());
        assertThat(delivery.group()).isEqualTo("group");
        assertThat(delivery.attempt()).isEqualTo(1);
        assertThat(delivery.firstFailure()).isEmpty();
    }

    @Test
    final void whatIsNotSaidIsFilledIn() throws Exception {
        Topic<String> topic = Topic.text(fresh("defaults"));
        Message<String> message = Message.of("a.type", "text");
        Delivery<String> delivery = roundTrip(topic, message);
        assertThat(delivery.message().id()).isEqualTo(message.id());
        assertThat(delivery.message().type()).isEqualTo("a.type");
        MessageMetadata metadata = delivery.message().metadata();
        assertThat(metadata.source()).isEqualTo(brokerOptions().source());
        assertThat(metadata.timestamp()).isEqualTo(message.metadata().timestamp());
        assertThat(metadata.contentType()).startsWith("text/plain");
        assertThat(metadata.correlationId()).isEmpty();
        assertThat(metadata.version()).isEmpty();
        assertThat(metadata.key()).isEmpty();
        assertThat(metadata.expiry()).isEmpty();
        assertThat(metadata.headers()).isEmpty();
    }

    @Test
    final void longIdsAndManyHeadersComeBack() throws Exception {
        Topic<String> topic = Topic.text(fresh("headers"));
        Map<String, String> headers = new HashMap<>();
        for (int n = 0; n < MessageMetadata.MAX_HEADERS - 1; n++) {
            headers.put("h%019d".formatted(n), "value " + n + " \u00fc".repeat(50));
        }
        headers.put("long", "\u00e4".repeat(MessageMetadata.MAX_VALUE));
        Message<String> message =
                Message.of("t".repeat(Message.MAX_NAME), "text").withId("i".repeat(Message.MAX_NAME));
        message =
                message.withMetadata(message.metadata().withKey("k".repeat(255)).withSource("s".repeat(255)));
        for (Map.Entry<String, String> each : headers.entrySet()) {
            message = message.withHeader(each.getKey(), each.getValue());
        }
        Delivery<String> delivery = roundTrip(topic, message);
        assertThat(delivery.message().metadata().headers()).isEqualTo(headers);
        assertThat(delivery.message().id()).isEqualTo(message.id());
        assertThat(delivery.message().type()).isEqualTo(message.type());
        assertThat(delivery.message().metadata().key())
                .isEqualTo(message.metadata().key());
        assertThat(delivery.message().metadata().source())
                .isEqualTo(message.metadata().source());
    }

    @Test
    final void everyByteComesBack() throws Exception {
        Topic<byte[]> topic = Topic.bytes(fresh("bytes"));
        byte[] all = new byte[256];
        for (int n = 0; n < all.length; n++) {
            all[n] = (byte) n;
        }
        byte[] large = new byte[100_000];
        new Random(1).nextBytes(large);
        List<byte[]> payloads = List.of(all, new byte[0], new byte[1], large, new byte[] {'\n', 0, '\r'});
        Seen<byte[]> seen = Seen.acking();
        subscribe(topic, "group", seen);
        List<Message<byte[]>> messages = new ArrayList<>();
        for (byte[] each : payloads) {
            messages.add(Message.of("bytes", each).withId("m" + messages.size()));
        }
        broker().publishAll(topic, messages);
        awaitDistinct(seen, payloads.size());
        for (int n = 0; n < payloads.size(); n++) {
            assertThat(seen.of("m" + n).getFirst().payload())
                    .as("payload %d", n)
                    .isEqualTo(payloads.get(n));
        }
    }

    @Test
    final void recordsComeBackAsJson() throws Exception {
        Topic<Order> topic = Topic.json(fresh("json"), Order.class);
        Order order = new Order(UNICODE, Integer.MIN_VALUE);
        Delivery<Order> delivery = roundTrip(topic, Message.of("order.placed", order));
        assertThat(delivery.payload()).isEqualTo(order);
        assertThat(delivery.message().metadata().contentType()).startsWith("application/json");
    }

    @Test
    final void protobufMessagesComeBack() throws Exception {
        Topic<Struct> topic = Topic.protobuf(fresh("protobuf"), Struct.getDefaultInstance());
        Struct sent = Struct.newBuilder()
                .putFields(UNICODE, Value.newBuilder().setStringValue(UNICODE).build())
                .putFields("number", Value.newBuilder().setNumberValue(-1e300).build())
                .build();
        Delivery<Struct> delivery = roundTrip(topic, Message.of("a.struct", sent));
        assertThat(delivery.payload()).isEqualTo(sent);
        assertThat(delivery.message().metadata().contentType()).startsWith("application/protobuf");
    }

    @Test
    final void malformedProtobufIsADeadLetter() throws Exception {
        Topic<Struct> topic = Topic.protobuf(fresh("malformed"), Struct.getDefaultInstance());
        Seen<Struct> seen = Seen.acking();
        subscribe(topic, "group", seen, oneByOne());
        byte[] truncated = {0x0a, 0x7f, 1}; // a field of 127 bytes, of which one is there
        Message<byte[]> message = Message.of("a.struct", truncated);
        broker().publish(Topic.bytes(topic.name()), message);
        Message<Struct> sound = Message.of("a.struct", Struct.getDefaultInstance());
        broker().publish(topic, sound);
        DeadLetter letter = awaitLetters(removed(topic.name(), "group"), 1).getFirst();
        assertThat(letter.message().id()).isEqualTo(message.id());
        assertThat(letter.message().payload()).isEqualTo(truncated);
        assertThat(letter.failure().cause()).contains("google.protobuf.Struct");
        awaitDistinct(seen, 1);
        assertThat(seen.all()).extracting(each -> each.message().id()).containsExactly(sound.id());
    }

    @Test
    final void theLargestMessageIsAcceptedAndOneByteMoreRefused() throws Exception {
        Topic<byte[]> topic = Topic.bytes(fresh("size"));
        int max = broker().maxMessageBytes();
        Seen<byte[]> seen = Seen.acking();
        subscribe(topic, "group", seen, options().withPrefetch(1));
        for (int more = -1; more <= 0; more++) {
            Message<byte[]> message = ofSize(topic, max + more);
            broker().publish(topic, message);
            byte[] sent = message.payload();
            seen.await(
                    "the message of " + (max + more) + " bytes",
                    patience(),
                    all -> !seen.of(message.id()).isEmpty());
            assertThat(java.util.Arrays.equals(seen.of(message.id()).getFirst().payload(), sent))
                    .as("the same bytes")
                    .isTrue();
        }
        Message<byte[]> oversized = ofSize(topic, max + 1);
        assertThatThrownBy(() -> broker().publish(topic, oversized))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT))
                .hasMessageContaining(Integer.toString(max));
        broker().publish(topic, Message.of("size", new byte[1]).withId("marker"));
        seen.await("the marker", patience(), all -> !seen.of("marker").isEmpty());
        assertThat(seen.of(oversized.id())).isEmpty();
    }

    private static Message<byte[]> ofSize(Topic<byte[]> topic, int bytes) {
        Message<byte[]> message = Message.of("size", new byte[0]);
        message = message.withMetadata(message.metadata()
                .withSource("tck")
                .withContentType(topic.codec().contentType()));
        int payload = bytes - Outgoing.now(topic.name(), message).bytes();
        byte[] random = new byte[payload];
        new Random(bytes).nextBytes(random);
        return message.withPayload(random);
    }

    @Test
    final void aMessageHasAPositionOfItsOwn() throws Exception {
        needs(Capability.REPLAY);
        Topic<String> topic = Topic.text(fresh("position"));
        Seen<String> seen = Seen.acking();
        Seen<String> other = Seen.acking();
        subscribe(topic, "group", seen);
        subscribe(topic, "other", other);
        publish(topic, numbered("m", 10));
        awaitDistinct(seen, 10);
        awaitDistinct(other, 10);
        assertThat(seen.all()).extracting(Delivery::position).doesNotContain("").doesNotHaveDuplicates();
        for (String id : numbered("m", 10)) {
            assertThat(seen.of(id).getFirst().position())
                    .as("of %s, the same in both groups", id)
                    .isEqualTo(other.of(id).getFirst().position());
        }
    }
}
