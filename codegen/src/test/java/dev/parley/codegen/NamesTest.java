package dev.parley.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @CsvSource({
        "CreateOrder, createOrder, CREATE_ORDER",
        "createOrder, createOrder, CREATE_ORDER",
        "create_order, createOrder, CREATE_ORDER",
        "GetURL, getURL, GET_URL",
        "URLCheck, urlCheck, URL_CHECK",
        "GET, get, GET",
        "ListS3Buckets, listS3Buckets, LIST_S3_BUCKETS",
        "_Hidden, hidden, HIDDEN",
        "_1st, _1st, _1ST",
        "__, __, __",
        "Import, import_, IMPORT",
        "True, true_, TRUE",
        "Yield, yield, YIELD",
    })
    void methodNamesFollowJavaConventions(String proto, String method, String constant) {
        assertThat(JavaIdentifiers.ofMethod(proto)).isEqualTo(method);
        assertThat(JavaIdentifiers.ofConstant(proto)).isEqualTo(constant);
    }

    @ParameterizedTest
    @CsvSource({"OrderService, OrderService", "orders, orders", "record, record_", "interface, interface_"})
    void serviceNamesStayUnlessJavaReservesThem(String proto, String type) {
        assertThat(JavaIdentifiers.ofType(proto)).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Messages",
                "Channel",
                "CallOptions",
                "RpcMethod",
                "ServiceDefinition",
                "ServiceDescriptor",
                "Client",
                "Methods",
                "Override",
                "Deprecated",
                "String",
                "Object",
                "GET",
                "SERVICE",
                "DEFINITION"
            })
    void aMessageNamedLikeSomethingInTheFileIsQualified(String message) {
        assertThat(new FakeProtoc().file(service("Shop", "Get", message)).source())
                .contains("default shop.%1$s get(shop.%1$s request) {".formatted(message))
                .contains("shop.%s.getDefaultInstance()".formatted(message))
                .doesNotContain("import shop");
    }

    @Test
    void twoMessagesOfOneNameAreNotBothImported() {
        String source = new FakeProtoc()
                .file(message("a", "Money"))
                .file(message("b", "Money"))
                .file("""
                        name: "c.proto" package: "c" dependency: ["a.proto", "b.proto"]
                        service { name: "Bank" method { name: "Change" input_type: ".a.Money" output_type: ".b.Money" } }
                        """)
                .sources()
                .get("c/Bank.java");

        assertThat(source).contains("default Money change(a.Money request) {", "import b.Money;");
    }

    @Test
    void aMessageIsNotImportedOverOneOfTheFilesOwnPackage() {
        String source =
                new FakeProtoc().file(message("a", "Money")).file("""
                        name: "c.proto" package: "c" dependency: "a.proto" options { java_multiple_files: true }
                        message_type { name: "Money" }
                        service { name: "Bank" method { name: "Change" input_type: ".a.Money" output_type: ".c.Money" } }
                        """).sources().get("c/Bank.java");

        assertThat(source).contains("default Money change(a.Money request) {").doesNotContain("import a.Money;");
    }

    @Test
    void anOverrideMessageDoesNotHideTheAnnotation() {
        assertThat(new FakeProtoc().file(service("Shop", "Get", "Override")).source())
                .contains("@java.lang.Override")
                .doesNotContain("@Override");
    }

    @Test
    void aServiceNamedLikeALibraryTypeQualifiesTheLibraryType() {
        assertThat(new FakeProtoc().file(service("Channel", "Get", "Order")).source())
                .contains("static Client client(dev.parley.rpc.Channel channel) {")
                .doesNotContain("import dev.parley.rpc.Channel;");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Client", "Methods"})
    void aServiceNamedLikeItsNestedClassRenamesTheNestedClass(String name) {
        assertThat(new FakeProtoc().file(service(name, "Get", "Order")).source())
                .contains("public interface " + name + " {", "final class " + name + "_ ");
    }

    @Test
    void aMethodCalledServiceLeavesTheDescriptorItsName() {
        assertThat(new FakeProtoc().file(service("Shop", "Service", "Order")).source())
                .contains("RpcMethod<Order, Order> SERVICE_ = ", "(Methods.SERVICE_, Shop::service)");
    }

    private static String service(String service, String method, String message) {
        return """
                name: "shop_api.proto" package: "shop" options { java_multiple_files: true }
                message_type { name: "%3$s" }
                service { name: "%1$s" method { name: "%2$s" input_type: ".shop.%3$s" output_type: ".shop.%3$s" } }
                """.formatted(service, method, message);
    }

    private static String message(String packageName, String message) {
        return "name: '%1$s.proto' package: '%1$s' options { java_multiple_files: true } message_type { name: '%2$s' }"
                .formatted(packageName, message);
    }
}
