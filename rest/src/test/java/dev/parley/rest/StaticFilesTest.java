package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files over HTTP, and all that must not be had. */
class StaticFilesTest {

    private static final String TEXT = "0123456789";

    @TempDir
    Path folder;

    private Path root;
    private Wire wire;

    @BeforeEach
    void files() throws IOException {
        root = Files.createDirectories(folder.resolve("web"));
        Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.createDirectories(folder.resolve("web-other"));
        Files.writeString(folder.resolve("web-other/secret.txt"), "secret");
        Files.writeString(root.resolve("digits.txt"), TEXT);
        Files.writeString(root.resolve("empty.bin"), "");
        Files.writeString(root.resolve(".hidden"), "secret");
        Files.createDirectories(root.resolve(".git"));
        Files.writeString(root.resolve(".git/config"), "secret");
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("sub/index.html"), "<p>sub");
        Files.createDirectories(root.resolve("bare"));
        Files.writeString(root.resolve("a b+ü.css"), "css");
        Files.writeString(root.resolve("app.js"), "plain".repeat(100));
        Files.write(root.resolve("app.js.gz"), gzip("plain".repeat(100)));
        Files.writeString(root.resolve("app.js.br"), "brotli, as far as a server can tell");
        Files.createSymbolicLink(root.resolve("out.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("outdir"), folder.resolve("web-other"));
        Files.createSymbolicLink(root.resolve("in.txt"), root.resolve("digits.txt"));
        Files.createSymbolicLink(root.resolve("ring"), root.resolve("ring"));
        wire = Wire.serve(
                Routes.builder().mount("/static", StaticFiles.of(root)).build());
    }

    @AfterEach
    void close() {
        wire.close();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void aFileIsServedWithWhatCachesNeed() {
        Wire.Answer answer = wire.get("/static/digits.txt");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.header("content-type")).contains("text/plain; charset=utf-8");
        assertThat(answer.header("content-length")).contains("10");
        assertThat(answer.header("cache-control")).contains("no-cache");
        assertThat(answer.header("x-content-type-options")).contains("nosniff");
        assertThat(answer.header("accept-ranges")).contains("bytes");
        assertThat(answer.header("etag")).isPresent();
        assertThat(answer.header("last-modified")).get().asString().endsWith(" GMT");
        assertThat(wire.get("/static/empty.bin").header("content-length")).contains("0");
        assertThat(wire.get("/static/a%20b+%C3%BC.css").header("content-type")).contains("text/css; charset=utf-8");
        assertThat(wire.get("/static/in.txt").text()).isEqualTo(TEXT);
        Wire.Answer head = wire.send("HEAD", "/static/digits.txt", "");
        assertThat(head.header("content-length")).contains("10");
        assertThat(head.bytes()).isEmpty();
    }

    @Test
    void aFolderAnswersWithItsIndexBehindASlash() throws Exception {
        assertThat(wire.get("/static/sub/").text()).isEqualTo("<p>sub");
        Wire.Answer redirect = wire.get("/static/sub?q=1");
        assertThat(redirect.status()).isEqualTo(308);
        assertThat(redirect.header("location")).contains("./sub/?q=1");
        assertThat(wire.get("/static/bare/").status()).isEqualTo(404);
        assertThat(wire.curl("-L", wire.url("/static/sub"))).isEqualTo("<p>sub");
        assertThat(wire.get("/static/digits.txt/").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/static/../secret.txt",
                "/static/%2e%2e/secret.txt",
                "/static/%2E%2e%2fsecret.txt",
                "/static/..%2fsecret.txt",
                "/static/..%2Fsecret.txt",
                "/static/..%5csecret.txt",
                "/static/..\\secret.txt",
                "/static/sub/../../secret.txt",
                "/static/sub/..%2f..%2f..%2fsecret.txt",
                "/static/%252e%252e/secret.txt",
                "/static/%c0%ae%c0%ae/secret.txt",
                "/static//secret.txt",
                "/static/../web-other/secret.txt",
                "/static/%2fetc%2fpasswd",
                "/static//etc/passwd",
                "/static/digits.txt%00.html",
                "/static/out.txt",
                "/static/outdir/secret.txt",
                "/static/outdir/",
                "/static/ring",
                "/static/.hidden",
                "/static/.git/config",
                "/static/%2ehidden",
                "/static/sub/../.hidden",
                "/static/C:%5csecret.txt",
                "/static/file:secret.txt",
                "/static/digits.txt/secret.txt",
                "/../secret.txt",
                "/static/..;/secret.txt",
                "/static/.%00./secret.txt",
            })
    void nothingOutsideIsServed(String target) throws Exception {
        Wire.Answer answer = wire.get(target);
        assertThat(answer.status()).isIn(400, 404);
        assertThat(answer.text()).doesNotContain("secret\n").isNotEqualTo("secret");
        String curl = wire.curl("--path-as-is", "-w", " %{http_code}", wire.url(target));
        assertThat(curl).endsWith(" " + answer.status()).doesNotStartWith("secret");
    }

    @Test
    void aNameThatIsTooLongIsNotFound() {
        assertThat(wire.get("/static/" + "x".repeat(4000)).status()).isEqualTo(404);
    }

    @Test
    void whatIsHiddenByDefaultCanBeServed() {
        try (Wire open = Wire.serve(StaticFiles.of(root)
                .withDotFiles(true)
                .withLinksOutside(true)
                .withCacheControl("public, max-age=60")
                .withIndex("digits.txt"))) {
            assertThat(open.get("/.hidden").text()).isEqualTo("secret");
            assertThat(open.get("/out.txt").text()).isEqualTo("secret");
            assertThat(open.get("/").text()).isEqualTo(TEXT);
            assertThat(open.get("/").header("cache-control")).contains("public, max-age=60");
            assertThat(open.get("/../secret.txt").status()).isEqualTo(400);
            // with no Routes around it, the headers of its errors are there as well
            assertThat(open.send("PUT", "/digits.txt", "").header("allow")).contains("GET, HEAD, OPTIONS");
        }
    }

    @Test
    void conditionsAreKept() {
        Wire.Answer answer = wire.get("/static/digits.txt");
        String tag = answer.header("etag").orElseThrow();
        String time = answer.header("last-modified").orElseThrow();
        for (String condition : new String[] {
            "if-none-match: " + tag, "if-none-match: \"x\", W/" + tag, "if-none-match: *", "if-modified-since: " + time
        }) {
            Wire.Answer same = wire.get("/static/digits.txt", condition);
            assertThat(same.status()).as(condition).isEqualTo(304);
            assertThat(same.bytes()).isEmpty();
            assertThat(same.header("etag")).contains(tag);
        }
        for (String condition : new String[] {
            "if-none-match: \"x\"",
            "if-modified-since: Thu, 01 Jan 1970 00:00:00 GMT",
            "if-modified-since: soon",
            "if-match: " + tag,
            "if-unmodified-since: " + time,
        }) {
            assertThat(wire.get("/static/digits.txt", condition).status())
                    .as(condition)
                    .isEqualTo(200);
        }
        assertThat(wire.get("/static/digits.txt", "if-match: \"x\"").status()).isEqualTo(412);
        assertThat(wire.get("/static/digits.txt", "if-match: W/" + tag).status())
                .isEqualTo(412);
        assertThat(wire.get("/static/digits.txt", "if-unmodified-since: Thu, 01 Jan 1970 00:00:00 GMT")
                        .status())
                .isEqualTo(412);
        assertThat(wire.get("/static/digits.txt", "if-none-match: \"x\"", "if-modified-since: " + time)
                        .status())
                .as("If-None-Match goes before If-Modified-Since")
                .isEqualTo(200);
    }

    @Test
    void anotherContentHasAnotherTag() throws IOException {
        String before = wire.get("/static/digits.txt").header("etag").orElseThrow();
        Files.writeString(root.resolve("digits.txt"), TEXT + "more");
        assertThat(wire.get("/static/digits.txt", "if-none-match: " + before).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-3|206|0123|bytes 0-3/10",
                "bytes=4-|206|456789|bytes 4-9/10",
                "bytes=-2|206|89|bytes 8-9/10",
                "bytes=-99|206|0123456789|bytes 0-9/10",
                "bytes=9-99|206|9|bytes 9-9/10",
                "Bytes = 1-1|206|1|bytes 1-1/10",
                "bytes=10-|416||bytes */10",
                "bytes=-0|416||bytes */10",
                "bytes=99999999999999999999-|416||bytes */10",
                "bytes=0-1,3-4|200|0123456789|",
                "bytes=3-1|200|0123456789|",
                "bytes=a-b|200|0123456789|",
                "lines=0-1|200|0123456789|",
            })
    void oneRangeIsServed(String range, int status, String content, String contentRange) {
        Wire.Answer answer = wire.get("/static/digits.txt", "range: " + range);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("content-range").orElse(null)).isEqualTo(contentRange);
        if (content != null) {
            assertThat(answer.text()).isEqualTo(content);
            assertThat(answer.header("content-length")).contains("" + content.length());
        }
    }

    @Test
    void aRangeOfWhatHasChangedIsTheWhole() {
        String tag = wire.get("/static/digits.txt").header("etag").orElseThrow();
        assertThat(wire.get("/static/digits.txt", "range: bytes=0-1", "if-range: " + tag)
                        .status())
                .isEqualTo(206);
        assertThat(wire.get("/static/digits.txt", "range: bytes=0-1", "if-range: \"x\"")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void curlResumesADownload() throws Exception {
        Path part = folder.resolve("part");
        Files.writeString(part, "0123");
        wire.curl("-C", "-", "-o", part.toString(), wire.url("/static/digits.txt"));
        assertThat(part).hasContent(TEXT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, br|br",
                "gzip|gzip",
                "x-gzip|gzip",
                "br;q=0.5, gzip|gzip",
                "*|br",
                "*, br;q=0|gzip",
                "br;q=0, gzip;q=0|",
                "deflate|",
                "identity|",
            })
    void whatIsCompressedBesideIsSentToWhoTakesIt(String accept, String encoding) throws IOException {
        Wire.Answer answer = wire.get("/static/app.js", "accept-encoding: " + accept);
        assertThat(answer.header("content-encoding").orElse(null)).isEqualTo(encoding);
        assertThat(answer.header("content-type")).contains("text/javascript; charset=utf-8");
        assertThat(answer.header("vary")).contains("accept-encoding");
        if ("gzip".equals(encoding)) {
            try (InputStream plain = new GZIPInputStream(new java.io.ByteArrayInputStream(answer.bytes()))) {
                assertThat(plain.readAllBytes()).asString().startsWith("plainplain");
            }
        }
        String tag = wire.get("/static/app.js").header("etag").orElseThrow();
        if (encoding != null) {
            assertThat(answer.header("etag")).isPresent().get().isNotEqualTo(tag);
        }
    }

    @Test
    void otherMethodsAreRefusedWhereThereIsAFile() {
        Wire.Answer answer = wire.send("DELETE", "/static/digits.txt", "");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).contains("GET, HEAD, OPTIONS");
        assertThat(wire.send("OPTIONS", "/static/digits.txt", "").header("allow"))
                .contains("GET, HEAD, OPTIONS");
        assertThat(wire.send("DELETE", "/static/none", "").status()).isEqualTo(404);
    }

    @Test
    void aLargeFileGoesThroughWhole() throws Exception {
        byte[] large = new byte[20 << 20];
        new Random(1).nextBytes(large);
        Files.write(root.resolve("large.bin"), large);
        try (HttpClient client = HttpClient.newHttpClient()) {
            var response = client.send(
                    HttpRequest.newBuilder(URI.create(wire.url("/static/large.bin")))
                            .build(),
                    java.net.http.HttpResponse.BodyHandlers.ofByteArray());
            assertThat(Arrays.equals(response.body(), large)).isTrue();
        }
        Wire.Answer part = wire.get("/static/large.bin", "range: bytes=10000000-10000009");
        assertThat(part.bytes()).isEqualTo(Arrays.copyOfRange(large, 10_000_000, 10_000_010));
    }

    @Test
    void aReaderThatStopsHoldsTheFileBack() throws Exception {
        // A file without content on the disk, too large for this JVM's heap of 512 MiB.
        try (var file = new java.io.RandomAccessFile(root.resolve("huge.bin").toFile(), "rw")) {
            file.setLength(4L << 30);
        }
        try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), wire.port())) {
            socket.getOutputStream()
                    .write("GET /static/huge.bin HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(1000)).asString().contains("content-length: 4294967296");
            // It does not read on: everything else must still be served.
            for (int i = 0; i < 20; i++) {
                assertThat(wire.get("/static/digits.txt").text()).isEqualTo(TEXT);
            }
        }
    }

    @Test
    void theClassPathIsServedFromFoldersAndJars() throws Exception {
        Path jar = folder.resolve("web.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String name :
                    new String[] {"site/index.html", "site/deep/a.txt", "site/deep/index.html", "other.txt"}) {
                out.putNextEntry(new JarEntry(name));
                out.write(("of " + name).getBytes(StandardCharsets.UTF_8));
            }
            out.putNextEntry(new JarEntry("site/dir/"));
        }
        Files.createDirectories(folder.resolve("cp/site"));
        Files.writeString(folder.resolve("cp/site/loose.txt"), "loose");
        Files.writeString(folder.resolve("cp/secret.txt"), "secret");
        URL[] urls = {jar.toUri().toURL(), folder.resolve("cp/").toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, null);
                Wire served = Wire.serve(StaticFiles.ofClassPath(loader, "/site/"))) {
            assertThat(served.get("/").text()).isEqualTo("of site/index.html");
            assertThat(served.get("/deep/a.txt").text()).isEqualTo("of site/deep/a.txt");
            assertThat(served.get("/deep/a.txt", "range: bytes=3-6").text()).isEqualTo("site");
            assertThat(served.get("/deep/a.txt").header("etag")).isPresent();
            assertThat(served.get("/deep/").text()).isEqualTo("of site/deep/index.html");
            assertThat(served.get("/loose.txt").text()).isEqualTo("loose");
            assertThat(served.get("/dir").status()).isEqualTo(308);
            assertThat(served.get("/dir/").status()).isEqualTo(404);
            assertThat(served.get("/none").status()).isEqualTo(404);
            assertThat(served.get("/../other.txt").status()).isEqualTo(400);
            assertThat(served.get("/..%2fsecret.txt").status()).isEqualTo(404);
        }
        assertThatThrownBy(() -> StaticFiles.ofClassPath("/"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("every class");
    }

    @Test
    void whatIsNoFolderIsRefused() {
        assertThatThrownBy(() -> StaticFiles.of(folder.resolve("none"))).hasMessageContaining("none");
        assertThatThrownBy(() -> StaticFiles.of(root.resolve("digits.txt"))).hasMessageContaining("digits.txt");
    }
}
