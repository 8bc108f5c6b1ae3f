package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.parley.cli.talk.Line;
import dev.parley.cli.talk.TalkService;
import dev.parley.rpc.MessageJson;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code parley list} and {@code parley describe}. */
@Timeout(60)
class DescribeTest {

    private static final String TALK = "parley.cli.test.v1.TalkService";

    private final RpcServer server =
            RpcServer.builder().service(TalkService.DEFINITION, new Talk()).start();
    private final String url = "http://127.0.0.1:" + server.port();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void listsServicesAndMethods() {
        assertThat(Parley.run("list", url).out().lines()).contains(TALK, "grpc.reflection.v1.ServerReflection");
        assertThat(Parley.run("list", url, TALK).out().lines())
                .containsExactly(TALK + "/Say", TALK + "/Repeat", TALK + "/Join", TALK + "/Chat", TALK + "/Wait");
    }

    @Test
    void aSchemaNeedsNoServer(@TempDir Path folder) throws Exception {
        Path file = Files.write(
                folder.resolve("talk.binpb"),
                FileDescriptorSet.newBuilder()
                        .addFile(TalkService.DEFINITION.descriptor().getFile().toProto())
                        .build()
                        .toByteArray());
        assertThat(Parley.run("list", "--schema", file.toString())).isEqualTo(new Parley.Result(0, TALK + "\n", ""));
        assertThat(Parley.run("describe", "--schema", file.toString(), "parley.cli.test.v1.Mood")
                        .out())
                .contains("enum Mood {", "  CALM = 1;", "  reserved 5 to 7;");
    }

    @Test
    void aServiceIsShownAsItsSource() {
        assertThat(Parley.run("describe", url, TALK).out())
                .contains(
                        "service TalkService {",
                        "  rpc Say(Line) returns (Line) {",
                        "    option idempotency_level = NO_SIDE_EFFECTS;",
                        "    option (google.api.http) = { get: \"/say/{text}\" };",
                        "  rpc Chat(stream Line) returns (stream Line);");
        assertThat(Parley.run("describe", url).out()).contains("service TalkService {", "service ServerReflection {");
    }

    @Test
    void aMessageIsShownAsItsSource() {
        assertThat(Parley.run("describe", url, "parley.cli.test.v1.Line").out()).contains("""
                        message Line {
                          reserved 10;
                          reserved 12 to 14;
                          reserved "old";
                          string text = 1;
                          int32 count = 2;
                          int32 fail_with = 3;
                          Mood mood = 4 [deprecated = true];
                          oneof attachment {
                            bytes data = 5;
                            string url = 6 [json_name = "link"];
                          }
                          map<string, Line> nested = 7;
                          optional bool loud = 8;
                          repeated int64 marks = 9;
                        }
                        """);
    }

    @Test
    void theExampleOfAMethodIsARequest() {
        String shown = Parley.run("describe", url, TALK + "/Say").out();
        String example = shown.substring(shown.indexOf("in JSON:") + "in JSON:".length());
        MessageJson json =
                MessageJson.of(Schema.of(TalkService.DEFINITION.descriptor().getFile()));
        Line line = (Line) json.parse(Line.getDefaultInstance(), example);
        assertThat(line.getMood().name()).isEqualTo("CALM");
        assertThat(line.getNestedMap()).containsKey("key");
        assertThat(line.getMarksList()).containsExactly(0L);
        assertThat(Parley.run("call", url, TALK + "/Say", example).status()).isZero();
    }

    @Test
    void aNameThatIsNoneGetsASuggestion() {
        Parley.Result result = Parley.run("describe", url, "parley.cli.test.v1.TalkServise");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err().lines()).singleElement().asString().contains("did you mean " + TALK);
        assertThat(Parley.run("describe").err()).contains("URL is missing");
    }
}
