package dev.parley.rpc.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.rpc.json.Everything;
import dev.parley.rpc.json.Legacy;
import dev.parley.rpc.json.Modern;
import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/** Parley's JSON against {@code JsonFormat}'s, over random messages and over texts that may be wrong. */
class DifferentialTest {

    private static final List<Message> TYPES =
            List.of(Everything.getDefaultInstance(), Legacy.getDefaultInstance(), Modern.getDefaultInstance());

    // Each keeps its plans from one message to the next, as in use.
    private static final Dialect STRICT = Dialect.ours(false, false);
    private static final Dialect LENIENT = Dialect.ours(false, true);
    private static final Dialect COMPLETE = Dialect.ours(true, false);

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void messagesAreWrittenAndReadAlike(@ForAll long seed, @ForAll boolean everything) {
        Differential differential = between(everything ? COMPLETE : STRICT, everything, false);
        for (Message type : TYPES) {
            assertThat(differential.differs(random(seed, type))).isEmpty();
        }
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void dynamicMessagesAreLikeGeneratedOnes(@ForAll long seed) throws InvalidProtocolBufferException {
        Dialect ours = STRICT;
        for (Message type : TYPES) {
            Message generated = random(seed, type);
            DynamicMessage dynamic = DynamicMessage.parseFrom(type.getDescriptorForType(), generated.toByteString());
            String json = ours.print(generated);
            assertThat(ours.print(dynamic)).isEqualTo(json);
            Message read = ours.read(Differential.utf8(json), dynamic.getDefaultInstanceForType());
            assertThat(type.newBuilderForType().mergeFrom(read.toByteString()).build())
                    .isEqualTo(generated);
        }
    }

    @Property(tries = 600, shrinking = ShrinkingMode.OFF)
    void textsThatMayBeWrongAreJudgedAlike(@ForAll long seed, @ForAll boolean ignoreUnknown) {
        Dialect ours = ignoreUnknown ? LENIENT : STRICT;
        Differential differential = between(ours, false, ignoreUnknown);
        for (Message type : TYPES) {
            byte[] json = new Mutations(seed).of(print(ours, random(seed, type)));
            assertThat(differential.differs(json, type)).isEmpty();
        }
    }

    @Property(tries = 20_000, shrinking = ShrinkingMode.OFF)
    @Tag("long")
    void manyTextsThatMayBeWrongAreJudgedAlike(@ForAll long seed, @ForAll boolean ignoreUnknown) {
        textsThatMayBeWrongAreJudgedAlike(seed, ignoreUnknown);
    }

    // Each is a codec with one fault, which the properties above would have to find.

    @Example
    void aCodecThatWritesLongsAsNumbersIsFound() {
        assertThat(isFound(writing(json -> json.replaceAll("(\"\\w*[iI]nt64\":)\"(-?\\d+)\"", "$1$2"))))
                .isTrue();
    }

    @Example
    void aCodecThatWritesNaNBareIsFound() {
        assertThat(isFound(writing(json -> json.replace("\"NaN\"", "NaN")))).isTrue();
    }

    @Example
    void aCodecThatLosesFractionsOfSecondsIsFound() {
        assertThat(isFound(writing(json -> json.replaceAll("\\.\\d+Z\"", "Z\""))))
                .isTrue();
    }

    @Example
    void aCodecThatWritesUrlBase64IsFound() {
        assertThat(isFound(writing(json -> json.replaceAll("(\"\\w*Bytes\":\"\\w*)[+/]", "$1_"))))
                .isTrue();
    }

    @Example
    void aCodecThatDropsNullsIsFound() {
        assertThat(isFound(reading(json -> json.replaceAll("\"choiceNull\":null,?", ""))))
                .isTrue();
    }

    @Example
    void aCodecThatTakesUnknownFieldsIsFound() {
        assertThat(isFound(LENIENT)).isTrue();
    }

    @Example
    void aCodecThatRefusesExponentsIsFound() {
        assertThat(isFound(reading(json -> json.replaceAll("(\\d)[eE]0", "$1x"))))
                .isTrue();
    }

    @Example
    void theCodecItselfIsNotFound() {
        assertThat(isFound(STRICT)).isFalse();
    }

    private static boolean isFound(Dialect mutant) {
        Differential differential = between(mutant, false, false);
        for (long seed = 0; seed < 500; seed++) {
            for (Message type : TYPES) {
                Message message = random(seed, type);
                byte[] json = new Mutations(seed).of(print(STRICT, message));
                if (differential.differs(message).isPresent()
                        || differential.differs(json, type).isPresent()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Dialect writing(UnaryOperator<String> fault) {
        Dialect right = STRICT;
        return new Dialect() {
            @Override
            public String print(Message message) throws InvalidProtocolBufferException {
                return fault.apply(right.print(message));
            }

            @Override
            public Message read(byte[] json, Message prototype) throws InvalidProtocolBufferException {
                return right.read(json, prototype);
            }
        };
    }

    private static Dialect reading(UnaryOperator<String> fault) {
        Dialect right = STRICT;
        return new Dialect() {
            @Override
            public String print(Message message) throws InvalidProtocolBufferException {
                return right.print(message);
            }

            @Override
            public Message read(byte[] json, Message prototype) throws InvalidProtocolBufferException {
                String text = new String(json, java.nio.charset.StandardCharsets.UTF_8);
                return right.read(Differential.utf8(fault.apply(text)), prototype);
            }
        };
    }

    private static Differential between(Dialect tried, boolean everything, boolean ignoreUnknown) {
        return new Differential(tried, Dialect.theirs(everything, ignoreUnknown));
    }

    // JsonFormat reads no extensions.
    private static Message random(long seed, Message type) {
        return new RandomMessages(seed, List.of()).like(type);
    }

    private static String print(Dialect dialect, Message message) {
        try {
            return dialect.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
