package dev.parley.rpc.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.parley.rpc.json.Everything;
import dev.parley.rpc.json.Legacy;
import dev.parley.rpc.json.Modern;
import dev.parley.rpc.json.Proto2;
import dev.parley.rpc.json.Scope;
import dev.parley.rpc.json.Strict;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The specification case by case, after the facts of protobuf's own conformance suite. */
class ProtoJsonTest {

    private static final Dialect STRICT = Dialect.ours(false, false);
    private static final Dialect LENIENT = Dialect.ours(false, true);
    private static final Everything EMPTY = Everything.getDefaultInstance();

    /** What is read, and how it is written again; in single quotes, for the eye. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'oneInt32':2147483647} | {'oneInt32':2147483647}",
                "{'oneInt32':-2147483648} | {'oneInt32':-2147483648}",
                "{'oneInt32':'1'} | {'oneInt32':1}",
                "{'oneInt32':'\\u0031'} | {'oneInt32':1}",
                "{'oneInt32':'1e5'} | {'oneInt32':100000}",
                "{'oneInt32':100000.000} | {'oneInt32':100000}",
                "{'oneInt32':2.147483647e9} | {'oneInt32':2147483647}",
                "{'oneInt32':-2.147483648e9} | {'oneInt32':-2147483648}",
                "{'oneInt32':10e-1} | {'oneInt32':1}",
                "{'maybeInt32':0e999999999} | {'maybeInt32':0}",
                "{'maybeInt32':-0} | {'maybeInt32':0}",
                "{'oneUint32':4294967295} | {'oneUint32':4294967295}",
                "{'oneUint32':4.294967295e9} | {'oneUint32':4294967295}",
                "{'oneFixed32':4294967295} | {'oneFixed32':4294967295}",
                "{'maybeUint64':'-0'} | {'maybeUint64':'0'}",
                "{'oneInt64':-9223372036854775808} | {'oneInt64':'-9223372036854775808'}",
                "{'oneInt64':'9223372036854775807'} | {'oneInt64':'9223372036854775807'}",
                "{'oneUint64':18446744073709551615} | {'oneUint64':'18446744073709551615'}",
                "{'oneUint64':1.8446744073709551615e19} | {'oneUint64':'18446744073709551615'}",
                "{'oneInt32':0} | {}",
                "{'maybeInt32':0} | {'maybeInt32':0}",
                "{'oneFloat':'1'} | {'oneFloat':1.0}",
                "{'oneFloat':'NaN','oneDouble':'-Infinity'} | {'oneDouble':'-Infinity','oneFloat':'NaN'}",
                "{'oneFloat':3.402823e+38} | {'oneFloat':3.402823E38}",
                "{'oneDouble':1.79769e+308} | {'oneDouble':1.79769E308}",
                "{'oneDouble':-0} | {'oneDouble':-0.0}",
                "{'oneDouble':'-0.0'} | {'oneDouble':-0.0}",
                "{'oneDouble':1e-999999999} | {}",
                "{'oneBool':true} | {'oneBool':true}",
                "{'oneColor':'CRIMSON'} | {'oneColor':'RED'}",
                "{'oneColor':2} | {'oneColor':'GREEN'}",
                "{'oneColor':77} | {'oneColor':77}",
                "{'oneString':'\\\"\\\\\\/\\b\\f\\n\\r\\t'} | {'oneString':'\\\"\\\\/\\b\\f\\n\\r\\t'}",
                "{'oneString':'\\u8C37\\u6b4c'} | {'oneString':'谷歌'}",
                "{'oneString':'\\uD83D\\uDE01'} | {'oneString':'😁'}",
                "{'oneString':'a\\u0000b<>&='} | {'oneString':'a\\u0000b<>&='}",
                "{'oneBytes':'AQI='} | {'oneBytes':'AQI='}",
                "{'oneBytes':'AQI'} | {'oneBytes':'AQI='}",
                "{'oneBytes':'-_'} | {'oneBytes':'+w=='}",
                "{'one_int32':5} | {'oneInt32':5}",
                "{'renamed':'x'} | {'@other name':'x'}",
                "{'@other name':'x'} | {'@other name':'x'}",
                "{'OddName':1} | {'OddName':1}",
                "{'_odd__name_':1} | {'OddName':1}",
                "{'one\\u0049nt32':1} | {'oneInt32':1}",
                "{'oneMessage':{},'manyInt32':[]} | {'oneMessage':{}}",
                "{'oneInt32':null,'manyInt32':null,'byInt32':null,'oneMessage':null,'timestamp':null,'any':null} | {}",
                "{'choiceInt32':null,'choiceString':'x'} | {'choiceString':'x'}",
                "{'choiceString':'x','choiceInt32':null} | {'choiceString':'x'}",
                "{'choiceInt32':0} | {'choiceInt32':0}",
                "{'choiceMessage':{}} | {'choiceMessage':{}}",
                "{'choiceNull':null} | {'choiceNull':null}",
                "{'choiceNull':'NULL_VALUE'} | {'choiceNull':null}",
                "{'nullValue':null} | {}",
                "{'manyNullValue':[null,0]} | {'manyNullValue':[null,null]}",
                "{'byInt32':{'1':2,'-3':4}} | {'byInt32':{'1':2,'-3':4}}",
                "{'byInt64':{'\\u0031':2}} | {'byInt64':{'1':2}}",
                "{'byUint64':{'18446744073709551615':1}} | {'byUint64':{'18446744073709551615':1}}",
                "{'byBool':{'tr\\u0075e':1,'false':2}} | {'byBool':{'true':1,'false':2}}",
                "{'mapColor':{'':'RED'}} | {'mapColor':{'':'RED'}}",
                "{'mapValue':{'a':null}} | {'mapValue':{'a':null}}",
                "{'int32Wrapper':0,'stringWrapper':'','boolWrapper':false} | {'int32Wrapper':0,'boolWrapper':false,'stringWrapper':''}",
                "{'int64Wrapper':1,'bytesWrapper':'AQI'} | {'int64Wrapper':'1','bytesWrapper':'AQI='}",
                "{'duration':'-315576000000.999999999s'} | {'duration':'-315576000000.999999999s'}",
                "{'duration':'-0.5s'} | {'duration':'-0.500s'}",
                "{'duration':'1.000010000s'} | {'duration':'1.000010s'}",
                "{'timestamp':'0001-01-01T00:00:00Z'} | {'timestamp':'0001-01-01T00:00:00Z'}",
                "{'timestamp':'9999-12-31T23:59:59.999999999Z'} | {'timestamp':'9999-12-31T23:59:59.999999999Z'}",
                "{'timestamp':'1969-12-31T16:00:00-08:00'} | {'timestamp':'1970-01-01T00:00:00Z'}",
                "{'timestamp':'1970-01-01T00:00:00.01-11:30'} | {'timestamp':'1970-01-01T11:30:00.010Z'}",
                "{'timestamp':'2000-02-29T00:00:00Z'} | {'timestamp':'2000-02-29T00:00:00Z'}",
                "{'mask':'foo,barBaz.x'} | {'mask':'foo,barBaz.x'}",
                "{'mask':''} | {'mask':''}",
                "{'struct':{'a':[1,null,true,'x',{}],'b':{'c':1.5}}} | {'struct':{'a':[1.0,null,true,'x',{}],'b':{'c':1.5}}}",
                "{'value':null} | {'value':null}",
                "{'manyValue':[null,[],{}]} | {'manyValue':[null,[],{}]}",
                "{'listValue':[]} | {'listValue':[]}",
                "{'empty':{}} | {'empty':{}}",
                "{'any':{}} | {'any':{}}",
                "{'any':{'must':1,'@type':'a/parley.test.json.v1.Strict'}} | {'any':{'@type':'a/parley.test.json.v1.Strict','must':1}}",
                "{'any':{'value':'1.5s','@type':'a/google.protobuf.Duration'}} | {'any':{'@type':'a/google.protobuf.Duration','value':'1.500s'}}",
                "{'any':{'@type':'a/google.protobuf.Empty'}} | {'any':{'@type':'a/google.protobuf.Empty'}}",
                "{'any':{'@type':'a/google.protobuf.Value','value':null}} | {'any':{'@type':'a/google.protobuf.Value','value':null}}",
                "{'any':{'value':{'value':{'value':7,'@type':'a/google.protobuf.Int32Value'},'@type':'a/google.protobuf.Any'},"
                        + "'@type':'a/google.protobuf.Any'}} | {'any':{'@type':'a/google.protobuf.Any','value':{'@type':'a/google.protobuf.Any',"
                        + "'value':{'@type':'a/google.protobuf.Int32Value','value':7}}}}",
            })
    void reads(String json, String written) throws InvalidProtocolBufferException {
        assertThat(STRICT.print(STRICT.read(json(json), EMPTY))).isEqualTo(written.replace('\'', '"'));
    }

    /** What is refused, and with which words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'oneInt32':'many'} | field oneInt32: must be an int32, but is \"many\"",
                "{'oneInt32':2147483648} | field oneInt32: must be an int32 (-2147483648 to 2147483647), but is 2147483648",
                "{'oneUint32':-1} | field oneUint32: must be a uint32 (0 to 4294967295), but is -1",
                "{'oneUint64':'1e536870000'} | field oneUint64: must be a uint64, but is \"1e536870000\"",
                "{'oneUint64':18446744073709551616} | field oneUint64: must be a uint64",
                "{'oneInt64':'-9223372036854775809'} | field oneInt64: must be an int64",
                "{'oneInt64':9223372036854775808} | field oneInt64: must be an int64",
                "{'oneInt32':0.5} | field oneInt32: must be an int32, but is 0.5",
                "{'oneInt32':1e999999999} | field oneInt32: must be an int32, but is 1e999999999",
                "{'oneInt32':true} | field oneInt32: must be an int32, but is true",
                "{'oneInt32':''} | field oneInt32: must be an int32, but is \"\"",
                "{'oneInt32':' 1'} | field oneInt32: must be an int32",
                "{'oneInt32':'１'} | field oneInt32: must be an int32",
                "{'oneInt32':[1]} | field oneInt32: must be an int32, but is a list",
                "{'oneInt32':{}} | field oneInt32: must be an int32, but is an object",
                "{'oneInt32':+1} | field oneInt32: not JSON at line 1, column",
                "{'oneInt32':01} | not JSON at",
                "{'oneInt32':-01} | not JSON at",
                "{'oneFloat':3.502823e+38} | field oneFloat: must be a float (up to 3.4028235E38), but is 3.502823e+38",
                "{'oneDouble':1.89769e+308} | field oneDouble: must be a double (up to",
                "{'oneDouble':NaN} | not JSON at",
                "{'oneDouble':'inf'} | field oneDouble: must be a double, but is \"inf\"",
                "{'oneDouble':'1d'} | field oneDouble: must be a double",
                "{'oneBool':1} | field oneBool: must be true or false, but is 1",
                "{'oneBool':'true'} | field oneBool: must be true or false, but is \"true\"",
                "{'oneBool':True} | not JSON at",
                "{'oneColor':'red'} | field oneColor: must be a value of parley.test.json.v1.Color, but is \"red\"",
                "{'oneColor':['RED']} | field oneColor: must be a value of parley.test.json.v1.Color, but is a list",
                "{'oneColor':true} | field oneColor: must be a value of",
                "{'oneString':1} | field oneString: must be a string, but is 1",
                "{'oneString':'\\uD800'} | field oneString: has half of a surrogate pair, \\uD800",
                "{'oneString':'\\uDE01\\uD83D'} | field oneString: has half of a surrogate pair, \\uDE01",
                "{'byString':{'\\uD800':''}} | urrogate pair",
                "{'oneString':'\\U8C37'} | not JSON at",
                "{'oneString':'\\u8C3'} | not JSON at",
                "{'oneBytes':'A'} | field oneBytes: must be base64, but is \"A\"",
                "{'oneBytes':'+_'} | field oneBytes: must be base64",
                "{'manyInt32':[1,null]} | field manyInt32[1]: must be an int32, but is null",
                "{'manyMessage':[{},null]} | field manyMessage[1]: must be an object, but is null",
                "{'manyInt32':1} | field manyInt32: must be a list, but is 1",
                "{'manyInt32':[1,2,]} | not JSON at",
                "{'manyMessage':[{},{'oneMessage':{'oneInt32':'x'}}]} | field manyMessage[1].oneMessage.oneInt32: must be",
                "{'byInt32':{'x':1}} | field byInt32.x: must have keys of type int32, but has \"x\"",
                "{'byInt32':{'1':null}} | field byInt32[\"1\"]: must be an int32, but is null",
                "{'byInt32':{'1':1,'1.0':1}} | is there twice",
                "{'byInt32':{1:1}} | not JSON at",
                "{'mapMessage':{'a b':{'oneInt32':'x'}}} | field mapMessage[\"a b\"].oneInt32: must be",
                "{'oneInt32':1,'oneInt32':1} | field oneInt32: is there twice",
                "{'oneInt32':1,'one_int32':1} | field one_int32: is there twice",
                "{'choiceInt32':1,'choiceString':''} | field choiceString: must not be there beside choiceInt32 (oneof choice)",
                "{'nope':1} | field nope: is no field of parley.test.json.v1.Everything",
                "{'OneInt32':1} | field OneInt32: is no field of",
                "{'int32Wrapper':{'value':1}} | field int32Wrapper: must be an int32, but is an object",
                "{'choiceNull':9} | field choiceNull: must be null, but is 9",
                "{'duration':'1'} | field duration: must be a duration in seconds such as 1.5s, but is \"1\"",
                "{'duration':'315576000001s'} | field duration: must be",
                "{'duration':'+1s'} | field duration: must be",
                "{'duration':'1.s'} | field duration: must be",
                "{'duration':'1.0000000001s'} | field duration: must be",
                "{'timestamp':5} | field timestamp: must be a time such as",
                "{'timestamp':'0000-01-01T00:00:00Z'} | field timestamp: must be",
                "{'timestamp':'10000-01-01T00:00:00Z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:00'} | field timestamp: must be",
                "{'timestamp':'1970-01-01 00:00:00Z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01t00:00:00Z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:00z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:00+0800'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:00+24:00'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:00+00:60'} | field timestamp: must be",
                "{'timestamp':'0001-01-01T00:00:00+00:01'} | field timestamp: must be",
                "{'timestamp':'9999-12-31T23:59:59-00:01'} | field timestamp: must be",
                "{'timestamp':'1970-13-01T00:00:00Z'} | field timestamp: must be",
                "{'timestamp':'2001-02-29T00:00:00Z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T24:00:00Z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:60Z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:00.1234567890Z'} | field timestamp: must be",
                "{'timestamp':'1970-01-01T00:00:00.Z'} | field timestamp: must be",
                "{'mask':'foo,bar_bar'} | field mask: must be the camel-case names",
                "{'value':1e999} | field value: must be a double",
                "{'any':{'@type':'','value':''}} | must have an \"@type\" that is known here",
                "{'any':{'@type':'nope','value':''}} | must have an \"@type\" that is known here, but has \"nope\"",
                "{'any':{'@type':'a/b.C'}} | must have an \"@type\" that is known here, but has \"a/b.C\"",
                "{'any':{'must':1}} | field any: must have an \"@type\" that is a string",
                "{'any':{'@type':'a/parley.test.json.v1.Strict'}} | field any: lacks required fields: [must]",
                "{'any':{'@type':'a/google.protobuf.Duration','value':'1s','x':1}} | field any.x: is no field of google.protobuf.Duration",
                "{'any':{'@type':'a/google.protobuf.Empty','value':{}}} | field any.value: is no field of google.protobuf.Empty",
                "{'any':{'must':1,'@type':'a/parley.test.json.v1.Strict','@type':'a/parley.test.json.v1.Strict'}} | is no field of",
                "null | it must be an object, but is null",
                "[] | it must be an object, but is a list",
                "{} {} | there is more behind the value: an object",
                "{}] | not JSON at",
                "{'oneInt32':1,} | not JSON at",
                "{'oneInt32':1 'oneInt64':2} | not JSON at",
                "{oneInt32:1} | not JSON at",
                "{/* c */'oneInt32':1} | not JSON at",
                "{'oneInt32':1 | not JSON at",
            })
    void refuses(String json, String error) {
        assertThatThrownBy(() -> STRICT.read(json(json), EMPTY))
                .isInstanceOf(InvalidProtocolBufferException.class)
                .hasMessageContaining(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'unknown':{'a':[{}]},'oneInt32':1} | {'oneInt32':1}",
                "{'oneColor':'NOPE'} | {}",
                "{'manyColor':['RED','NOPE','GREEN']} | {'manyColor':['RED','GREEN']}",
                "{'mapColor':{'a':'RED','b':'NOPE'}} | {'mapColor':{'a':'RED'}}",
                "{'choiceColor':'NOPE','choiceInt32':1} | {'choiceInt32':1}",
                "{'any':{'@type':'a/google.protobuf.Duration','value':'1s','x':1}} | {'any':{'@type':'a/google.protobuf.Duration','value':'1s'}}",
            })
    void passesOverWhatIsUnknownIfAsked(String json, String written) throws InvalidProtocolBufferException {
        assertThat(LENIENT.print(LENIENT.read(json(json), EMPTY))).isEqualTo(written.replace('\'', '"'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n", "x", "{", "[", "\"", "\"\\", "nul"})
    void refusesWhatIsNoJson(String json) {
        assertThatThrownBy(() -> STRICT.read(json(json), EMPTY)).isInstanceOf(InvalidProtocolBufferException.class);
    }

    @Test
    void readsUtf8Only() throws InvalidProtocolBufferException {
        assertThatThrownBy(() -> STRICT.read("{}".getBytes(StandardCharsets.UTF_16LE), EMPTY))
                .hasMessageContaining("not UTF-8");
        byte[][] wrong = {
            {(byte) 0xff}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {(byte) 0xe2, 0x28}
        };
        for (byte[] each : wrong) {
            byte[] json = ByteString.copyFromUtf8("{\"oneString\":\"")
                    .concat(ByteString.copyFrom(each))
                    .concat(ByteString.copyFromUtf8("\"}"))
                    .toByteArray();
            assertThatThrownBy(() -> STRICT.read(json, EMPTY)).hasMessageContaining("not UTF-8");
        }
        // RFC 8259 lets a reader pass over a byte order mark, and the place of an Any does not move by it.
        String any = "\ufeff{\"any\":{\"value\":\"1s\",\"@type\":\"a/google.protobuf.Duration\"},\"oneInt32\":1}";
        assertThat(STRICT.print(STRICT.read(Differential.utf8(any), EMPTY)))
                .isEqualTo("{\"oneInt32\":1,\"any\":{\"@type\":\"a/google.protobuf.Duration\",\"value\":\"1s\"}}");
    }

    @Test
    void readsFromTheMiddleOfAnArrayAndLeavesRoomInFront() throws InvalidProtocolBufferException {
        ProtoJson codec = new ProtoJson(Dialect.TYPES, Dialect.EXTENSIONS, false, false);
        Everything message = Everything.newBuilder()
                .setAny(Any.pack(Duration.newBuilder().setSeconds(1).build()))
                .build();
        byte[] written = codec.write(message, 5);
        assertThat(Arrays.copyOf(written, 5)).containsOnly(0);
        byte[] padded = Arrays.copyOf(written, written.length + 7);
        Everything.Builder read = Everything.newBuilder();
        codec.merge(padded, 5, written.length - 5, read);
        assertThat(read.build()).isEqualTo(message);
    }

    static Stream<Message> withoutJson() {
        return Stream.of(
                Timestamp.newBuilder().setSeconds(253_402_300_800L).build(),
                Timestamp.newBuilder().setNanos(-1).build(),
                Timestamp.newBuilder().setNanos(1_000_000_000).build(),
                Duration.newBuilder().setSeconds(315_576_000_001L).build(),
                Duration.newBuilder().setSeconds(1).setNanos(-1).build(),
                Duration.newBuilder().setSeconds(-1).setNanos(1).build(),
                Duration.newBuilder().setNanos(1_000_000_000).build(),
                FieldMask.newBuilder().addPaths("fooBar").build(),
                FieldMask.newBuilder().addPaths("foo_3_bar").build(),
                FieldMask.newBuilder().addPaths("foo__bar").build(),
                FieldMask.newBuilder().addPaths("foo_").build(),
                Value.newBuilder().setNumberValue(Double.NaN).build(),
                Any.newBuilder().setTypeUrl("a/unknown.Type").build(),
                Any.newBuilder().setValue(ByteString.copyFromUtf8("x")).build(),
                Any.newBuilder()
                        .setTypeUrl("a/google.protobuf.Duration")
                        .setValue(ByteString.copyFromUtf8("\b"))
                        .build(),
                Everything.newBuilder().setOneString("\ud800").build(),
                Everything.newBuilder().setOneString("\udc00x").build());
    }

    @ParameterizedTest
    @MethodSource("withoutJson")
    void doesNotWriteWhatJsonCannotSay(Message message) {
        assertThatThrownBy(() -> STRICT.print(message)).isInstanceOf(UnwritableException.class);
    }

    @Test
    void nestingIsBoundedInBothDirections() throws InvalidProtocolBufferException {
        assertThat(STRICT.print(STRICT.read(nested("{\"oneMessage\":", 100, "{}", "}"), EMPTY)))
                .hasSizeGreaterThan(1500);
        assertThatThrownBy(() -> STRICT.read(nested("{\"oneMessage\":", 101, "{}", "}"), EMPTY))
                .hasMessageContaining("nested deeper than 100");
        assertThat(STRICT.read(nested("{\"manyMessage\":[", 100, "{}", "]}"), EMPTY))
                .isNotNull();
        assertThat(STRICT.read(
                        nested("{\"value\":", 1, new String(nested("[", 99, "1", "]"), StandardCharsets.UTF_8), "}"),
                        EMPTY))
                .isNotNull();
        assertThatThrownBy(() -> STRICT.read(
                        nested("{\"value\":", 1, new String(nested("[", 200, "1", "]"), StandardCharsets.UTF_8), "}"),
                        EMPTY))
                .hasMessageContaining("nested deeper than 100");
        assertThatThrownBy(() -> LENIENT.read(nested("{\"nope\":", 100_000, "1", "}"), EMPTY))
                .isInstanceOf(InvalidProtocolBufferException.class)
                .hasMessageContaining("255");
        assertThatThrownBy(() -> LENIENT.read(nested("[", 100_000, "1", "]"), Value.getDefaultInstance()))
                .isInstanceOf(InvalidProtocolBufferException.class);
        Any any = Any.pack(EMPTY);
        for (int i = 0; i < 101; i++) {
            any = Any.pack(any);
        }
        Any deep = any;
        assertThatThrownBy(() -> STRICT.print(deep)).hasMessageContaining("nested deeper than 100");
    }

    private static byte[] nested(String open, int times, String inside, String close) {
        return (open.repeat(times) + inside + close.repeat(times)).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void manyAnysWithTheirTypesLastTakeTimeInProportion() throws InvalidProtocolBufferException {
        String inner = "{\"value\":1,\"@type\":\"a/google.protobuf.Int32Value\"}";
        for (int i = 0; i < 45; i++) {
            inner = "{\"value\":" + inner + ",\"@type\":\"a/google.protobuf.Any\"}";
        }
        String many = "{\"manyAny\":[" + String.join(",", java.util.Collections.nCopies(500, inner)) + "]}";
        assertThat(STRICT.read(Differential.utf8(many), EMPTY).getSerializedSize())
                .isGreaterThan(500);
    }

    @Test
    void longKeysAndManyKeysAreRead() throws InvalidProtocolBufferException {
        StringBuilder keys = new StringBuilder("{\"byString\":{\"" + "k".repeat(200_000) + "\":\"\"");
        for (int i = 0; i < 100_000; i++) {
            keys.append(",\"").append(i).append("\":\"\"");
        }
        Everything read =
                (Everything) STRICT.read(Differential.utf8(keys.append("}}").toString()), EMPTY);
        assertThat(read.getByStringCount()).isEqualTo(100_001);
    }

    @Test
    void aLongNumberIsRefusedAndShortenedInTheMessage() {
        assertThatThrownBy(() -> STRICT.read(json("{'oneInt32':'" + "1".repeat(5000) + "'}"), EMPTY))
                .hasMessageContaining("111...")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
        assertThatThrownBy(() -> STRICT.read(json("{'oneDouble':" + "1".repeat(5000) + "}"), EMPTY))
                .isInstanceOf(InvalidProtocolBufferException.class);
    }

    @Test
    void proto2HasExtensionsGroupsAndRequiredFields() throws InvalidProtocolBufferException {
        Legacy message = Legacy.newBuilder()
                .setSingle(Legacy.Single.newBuilder().setA(1))
                .setExtension(Proto2.more, 7L)
                .addExtension(Proto2.words, "a")
                .setExtension(Proto2.extra, Strict.newBuilder().setMust(0).build())
                .setExtension(Scope.inside, true)
                .build();
        String json =
                "{\"single\":{\"a\":1},\"[parley.test.json.v1.more]\":\"7\",\"[parley.test.json.v1.words]\":[\"a\"],"
                        + "\"[parley.test.json.v1.extra]\":{\"must\":0},\"[parley.test.json.v1.Scope.inside]\":true}";
        assertThat(STRICT.print(message)).isEqualTo(json);
        Message read = STRICT.read(Differential.utf8(json), Legacy.getDefaultInstance());
        assertThat(read.toByteString()).isEqualTo(message.toByteString());
        assertThatThrownBy(() -> STRICT.read(json("{'[parley.test.json.v1.none]':1}"), message))
                .hasMessageContaining("is no field of parley.test.json.v1.Legacy");
        assertThatThrownBy(() ->
                        STRICT.read(json("{'[parley.test.json.v1.more]':1,'[parley.test.json.v1.more]':1}"), message))
                .hasMessageContaining("is there twice");
        assertThatThrownBy(() -> STRICT.read(json("{'shade':8}"), message)).hasMessageContaining("must be a value of");
        assertThat(LENIENT.read(json("{'shade':8}"), message)).isEqualTo(Legacy.getDefaultInstance());
        assertThatThrownBy(() -> STRICT.read(json("{'strict':{}}"), message)).hasMessageContaining("required");
    }

    @Test
    void everythingIsWrittenIfAsked() throws InvalidProtocolBufferException {
        Modern modern = Modern.newBuilder().setNeeded(1).build();
        assertThat(Dialect.ours(true, false).print(modern))
                .isEqualTo("{\"implicit\":0,\"needed\":1,\"expanded\":[],\"mood\":\"MOOD_UNSPECIFIED\","
                        + "\"strictnesses\":[],\"modern\":{}}");
        assertThat(STRICT.print(modern)).isEqualTo("{\"needed\":1}");
    }

    @Test
    void oneFieldByItself() throws InvalidProtocolBufferException {
        ProtoJson codec = new ProtoJson(Dialect.TYPES, Dialect.EXTENSIONS, true, false);
        var fields = Everything.getDescriptor();
        Everything.Builder into = Everything.newBuilder();
        byte[] list = json("[1,2]");
        codec.mergeField(fields.findFieldByName("many_int32"), list, 0, list.length, into);
        assertThat(into.getManyInt32List()).isEqualTo(List.of(1, 2));
        byte[] injected = json("1,'oneInt64':2");
        assertThatThrownBy(
                        () -> codec.mergeField(fields.findFieldByName("one_int32"), injected, 0, injected.length, into))
                .isInstanceOf(InvalidProtocolBufferException.class);
        byte[] wrong = json("{'oneInt32':'x'}");
        assertThatThrownBy(() -> codec.mergeField(fields.findFieldByName("one_message"), wrong, 0, wrong.length, into))
                .hasMessageStartingWith("field oneMessage.oneInt32: must be an int32");
        assertThat(text(codec.writeField(into.build(), fields.findFieldByName("many_int32"))))
                .isEqualTo("[1,2]");
        assertThat(text(codec.writeField(EMPTY, fields.findFieldByName("one_string"))))
                .isEqualTo("\"\"");
        assertThat(text(codec.writeField(EMPTY, fields.findFieldByName("maybe_string"))))
                .isEqualTo("null");
        assertThat(text(codec.writeField(EMPTY, fields.findFieldByName("timestamp"))))
                .isEqualTo("\"1970-01-01T00:00:00Z\"");
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static byte[] json(String singleQuoted) {
        return singleQuoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
