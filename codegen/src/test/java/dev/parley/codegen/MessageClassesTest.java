package dev.parley.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which Java class stands for a message, and how the generated file names it. */
class MessageClassesTest {
    @Test
    void messagesOfAnotherPackageAreImported() {
        String source = new FakeProtoc()
                .file("""
                        name: "money.proto" package: "bank"
                        options { java_package: "com.bank" java_multiple_files: true }
                        message_type { name: "Money" nested_type { name: "Part" } }
                        """)
                .file(service("dependency: 'money.proto'", ".bank.Money", ".bank.Money.Part"))
                .sources()
                .get("shop/Shop.java");

        assertThat(source).contains("\nimport com.bank.Money;\n", "default Money.Part get(Money request) {");
    }

    @Test
    void wellKnownTypesAreImported() {
        String source = new FakeProtoc()
                .file(service(
                        "dependency: ['google/protobuf/empty.proto', 'google/protobuf/type.proto']",
                        ".google.protobuf.Empty",
                        ".google.protobuf.Field"))
                .source();

        assertThat(source)
                .contains(
                        "\nimport com.google.protobuf.Empty;\nimport com.google.protobuf.Field;\n",
                        "default Field get(Empty request) {");
    }

    @Test
    void withoutMultipleFilesMessagesAreInsideTheOuterClass() {
        assertThat(new FakeProtoc()
                        .file(service("message_type { name: 'Order' }", ".shop.Order", ".shop.Order"))
                        .source())
                .contains("default ShopApi.Order get(ShopApi.Order request) {", "ShopApi.getDescriptor()");
    }

    @Test
    void anOuterClassNamedLikeAMessageHasASuffix() {
        assertThat(new FakeProtoc()
                        .file(service("message_type { name: 'ShopApi' }", ".shop.ShopApi", ".shop.ShopApi"))
                        .source())
                .contains("default ShopApiOuterClass.ShopApi get(", "ShopApiOuterClass.getDescriptor()");
    }

    @Test
    void anOuterClassNamedLikeTheServiceHasASuffix() {
        assertThat(new FakeProtoc()
                        .file("name: 'shop.proto' package: 'shop' service { name: 'Shop' }")
                        .source())
                .contains("ShopOuterClass.getDescriptor()");
    }

    @Test
    void theOuterClassnameOptionIsKept() {
        String message = "options { java_outer_classname: 'Wares' } message_type { name: 'Order' }";

        assertThat(new FakeProtoc()
                        .file(service(message, ".shop.Order", ".shop.Order"))
                        .source())
                .contains("default Wares.Order get(Wares.Order request)", "Wares.getDescriptor()");
    }

    @Test
    void theOuterClassOfAnotherFileIsImported() {
        String source = new FakeProtoc()
                .file("name: 'old/bank_api.proto' package: 'bank' message_type { name: 'Money' }")
                .file(service("dependency: 'old/bank_api.proto'", ".bank.Money", ".bank.Money"))
                .sources()
                .get("shop/Shop.java");

        assertThat(source).contains("\nimport bank.BankApi;\n", "default BankApi.Money get(BankApi.Money request) {");
    }

    @Test
    void edition2024NestsOnlyWhatAsksForIt() {
        String source = new FakeProtoc().file("""
                        name: "shop_api.proto" package: "shop" syntax: "editions" edition: EDITION_2024
                        dependency: "google/protobuf/java_features.proto"
                        message_type { name: "Apple" }
                        message_type {
                          name: "Pear"
                          options { features { [pb.java] { nest_in_file_class: YES } } }
                        }
                        service {
                          name: "Shop"
                          method { name: "Get" input_type: ".shop.Apple" output_type: ".shop.Pear" }
                        }
                        """).source();

        assertThat(source).contains("default ShopApiProto.Pear get(Apple request) {", "ShopApiProto.getDescriptor()");
    }

    @Test
    void aDeprecatedMessageCausesNoWarningInTheGeneratedFile() {
        String message = "message_type { name: 'Order' options { deprecated: true } }";

        assertThat(new FakeProtoc()
                        .file(service(message, ".shop.Order", ".shop.Order"))
                        .source())
                .contains("\n@SuppressWarnings(\"deprecation\")\npublic interface Shop {");
    }

    private static String service(String content, String request, String response) {
        return """
                name: "shop_api.proto" package: "shop" syntax: "proto3"
                %s
                service { name: "Shop" method { name: "Get" input_type: "%s" output_type: "%s" } }
                """.formatted(content, request, response);
    }
}
