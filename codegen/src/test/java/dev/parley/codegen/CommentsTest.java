package dev.parley.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommentsTest {
    @Test
    void linesAndParagraphsStay() {
        assertThat(Javadoc.lines(" First line\n goes on.\n\n\n   Second.\n"))
                .containsExactly("First line", "goes on.", "", "<p>Second.");
    }

    @Test
    void nothingEndsTheCommentOrIsTakenForMarkup() {
        assertThat(Javadoc.lines("a */ b <c> & @d {@code e} \\u002a/ f"))
                .containsExactly("a *&#47; b &lt;c&gt; &amp; &#64;d {&#64;code e} &#92;u002a/ f");
    }

    @Test
    void aBlankCommentIsNone() {
        assertThat(Javadoc.lines(" \n\n")).isEmpty();
    }

    @Test
    void commentsBelongToTheirOwnServiceAndMethod() {
        String source = new FakeProtoc().file("""
                name: "a.proto" package: "a"
                dependency: "google/protobuf/empty.proto"
                service { name: "First" }
                service {
                  name: "Second"
                  method { name: "Plain" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty" }
                  method { name: "Told" input_type: ".google.protobuf.Empty" output_type: ".google.protobuf.Empty" }
                  options { deprecated: true }
                }
                source_code_info {
                  location { path: [6, 1] span: [0, 0, 0] leading_comments: " Second to none.\\n" }
                  location { path: [6, 1, 2, 1] span: [0, 0, 0] leading_comments: " One.\\n Two.\\n" }
                  location { path: [6, 1, 2, 0, 3] span: [0, 0, 0] leading_comments: " Of an option.\\n" }
                }
                """).sources().get("a/Second.java");

        assertThat(source).contains("""
                        /** Second to none. */
                        @Deprecated
                        public interface Second {

                            default Empty plain(Empty request) {
                        """, """

                            /**
                             * One.
                             * Two.
                             */
                            default Empty told(Empty request) {
                        """).doesNotContain("option.");
    }
}
