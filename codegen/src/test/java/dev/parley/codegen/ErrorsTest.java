package dev.parley.codegen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "GetOrder, get_order, getOrder(...)",
        "GetUrl, GetURL, Methods.GET_URL",
        "Import, import, import_(...)",
    })
    void methodsThatWouldShareAJavaNameAreRefused(String first, String second, String javaName) {
        String method = "method { name: '%s' input_type: '.a.Order' output_type: '.a.Order' } ";
        String file = "name: 'a.proto' package: 'a' message_type { name: 'Order' } service { name: 'Orders' "
                + method.formatted(first) + method.formatted(second) + "}";

        assertThat(new FakeProtoc().file(file).error())
                .isEqualTo("a.proto: service Orders: methods %s and %s would both be %s in Java; rename one of them"
                        .formatted(first, second, javaName));
    }

    @Test
    void twoServicesOfOneJavaNameAreRefused() {
        String file = "name: '%1$s.proto' package: '%1$s' options { java_package: 'com.acme' } service { name: 'One' }";

        assertThat(new FakeProtoc()
                        .file(file.formatted("a"))
                        .file(file.formatted("b"))
                        .error())
                .isEqualTo("b.proto: service One would be the Java type com.acme.One, which is also that of a.proto:"
                        + " service One; give one of them another name or java_package");
    }

    @Test
    void aServiceNamedLikeAClassOfProtocIsRefused() {
        String generic = "name: 'a.proto' package: 'a' service { name: 'One' }"
                + " options { java_generic_services: true java_multiple_files: true }";
        String outer = "name: 'b.proto' package: 'b' service { name: 'One' } options { java_outer_classname: 'One' }";

        assertThat(new FakeProtoc().file(generic).error())
                .contains("the Java type a.One, which is also that of a.proto: service One (java_generic_services)");
        assertThat(new FakeProtoc().file(outer).error())
                .contains("the Java type b.One, which is also that of b.proto: its outer class");
    }

    @Test
    void aClassOfTheUnnamedPackageCannotBeReferredToFromAnother() {
        String file = "name: 'b.proto' package: 'b' dependency: 'a.proto'"
                + " service { name: 'One' method { name: 'Get' input_type: '.Order' output_type: '.Order' } }";

        assertThat(new FakeProtoc()
                        .file("name: 'a.proto' message_type { name: 'Order' }")
                        .file(file)
                        .error())
                .isEqualTo("class A.Order is in the unnamed Java package, so b.One cannot refer to it;"
                        + " give its file a package or java_package");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lite", " ,lite,other=1"})
    void anUnknownParameterIsNamed(String parameter) {
        assertThat(new FakeProtoc().parameter(parameter).error())
                .isEqualTo("unknown parameter \"lite\": parley-codegen takes no parameters");
    }

    @Test
    void aFileThatIsNotInTheRequestIsNamed() {
        assertThat(new FakeProtoc().fileToGenerate("lost.proto").error())
                .isEqualTo("lost.proto: protoc's request does not hold this file");
    }

    @Test
    void aFileWithAnUnknownTypeIsNamed() {
        String file = "name: 'a.proto' service { name: 'A' method { name: 'Get' input_type: '.X' output_type: '.X' } }";

        assertThat(new FakeProtoc().file(file).error()).startsWith("a.proto: ").contains("\".X\" is not defined");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'parley-codegen: standard input is empty; it is a protoc plugin, to be run by protoc'",
        "'hi\n', 'parley-codegen: standard input is not a CodeGeneratorRequest from protoc (3 bytes): '",
    })
    void badInputIsOneLineOnStandardError(String input, String message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int status = Main.run(new ByteArrayInputStream(input.getBytes(UTF_8)), out, new PrintStream(err, true, UTF_8));

        assertThat(status).isEqualTo(1);
        assertThat(out.size()).isZero();
        assertThat(err.toString(UTF_8)).startsWith(message).hasLineCount(1);
    }

    @Test
    void aBrokenPipeIsOneLineOnStandardError() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int status =
                Main.run(new ByteArrayInputStream(new byte[] {0x12, 0}), broken, new PrintStream(err, true, UTF_8));

        assertThat(status).isEqualTo(1);
        assertThat(err.toString(UTF_8)).hasLineCount(1);
    }
}
