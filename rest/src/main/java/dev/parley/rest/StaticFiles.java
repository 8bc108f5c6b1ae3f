package dev.parley.rest;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Sink;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Serves the files of a folder or of a prefix of the class path, for GET and HEAD: {@code
 * Routes.builder().mount("/static", StaticFiles.of(Path.of("web")))}. Immutable and thread-safe.
 *
 * <p>Answers have {@code ETag}, {@code Last-Modified} and {@code X-Content-Type-Options: nosniff}; conditional requests are
 * a 304 or 412, one {@code Range} a 206 or 416 (RFC 9110, 13 and 14). A folder answers with its index, {@code index.html},
 * and is redirected to its name with a slash (in a jar, if
 * that has an entry for it). If there is a file of the same name with {@code .br} or {@code .gz} behind
 * it and the client accepts the encoding, that is sent. A file is sent in chunks of 64 KiB, as fast as the client reads.
 *
 * <p>Nothing outside is ever served: names are taken segment by segment, each decoded once, and a segment with a slash, a
 * backslash, a colon or a control character, {@code .} and {@code ..} are not found; neither are, by default, names that
 * begin with a dot, and links that lead out of the folder.
 */
public final class StaticFiles implements Handler<HttpRequest, HttpResponse> {

    private static final int CHUNK = 64 << 10;

    private final FileSource files;
    private final String index;
    private final String cacheControl;
    private final boolean dotFiles;

    private StaticFiles(FileSource files, String index, String cacheControl, boolean dotFiles) {
        this.files = files;
        this.index = index;
        this.cacheControl = cacheControl;
        this.dotFiles = dotFiles;
    }

    /**
     * The files of {@code folder} and below.
     *
     * @throws IllegalArgumentException if it is no folder
     */
    public static StaticFiles of(Path folder) {
        return new StaticFiles(FileSource.Folder.of(folder), "index.html", "no-cache", false);
    }

    /**
     * The resources of the class path below {@code prefix}, such as {@code web}, by the loader of the current thread.
     *
     * @throws IllegalArgumentException if the prefix is empty, because that would serve all classes
     */
    public static StaticFiles ofClassPath(String prefix) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return ofClassPath(loader == null ? ClassLoader.getSystemClassLoader() : loader, prefix);
    }

    /** As {@link #ofClassPath(String)}, by another {@code loader}. */
    public static StaticFiles ofClassPath(ClassLoader loader, String prefix) {
        String bare = prefix.replaceAll("^/+|/+$", "");
        if (bare.isEmpty()) {
            throw new IllegalArgumentException("the prefix is empty: that would serve every class and setting");
        }
        return new StaticFiles(new FileSource.ClassPath(loader, bare), "index.html", "no-cache", false);
    }

    /** With another name for the file that a folder answers with. */
    public StaticFiles withIndex(String name) {
        return new StaticFiles(files, name, cacheControl, dotFiles);
    }

    /**
     * With another {@code Cache-Control}, such as {@code public, max-age=3600}. By default {@code no-cache}: caches keep a
     * file, and ask each time whether it is still the same.
     */
    public StaticFiles withCacheControl(String value) {
        return new StaticFiles(files, index, value, dotFiles);
    }

    /** With or without names that begin with a dot, such as {@code .well-known}; without, by default. */
    public StaticFiles withDotFiles(boolean served) {
        return new StaticFiles(files, index, cacheControl, served);
    }

    /**
     * With or without links that lead out of the folder; without, by default.
     *
     * @throws IllegalStateException if these files are not of a folder
     */
    public StaticFiles withLinksOutside(boolean followed) {
        if (!(files instanceof FileSource.Folder folder)) {
            throw new IllegalStateException("only a folder has links");
        }
        return new StaticFiles(new FileSource.Folder(folder.root(), followed), index, cacheControl, dotFiles);
    }

    @Override
    public HttpResponse handle(Call call, HttpRequest request) throws IOException {
        try {
            return answer(request);
        } catch (ProblemException e) {
            // Here, because these files may be a server's only handler, and no Routes around them.
            HttpResponse response = e.problem().response(Json.standard());
            ResponseEncoder.addHeaders(e.metadata(), response.headers());
            return response;
        }
    }

    private HttpResponse answer(HttpRequest request) throws IOException {
        boolean get = request.method().equals("GET") || request.method().equals("HEAD");
        RequestPath path = RequestPath.parse(request.path());
        List<String> names = new ArrayList<>(path.segments());
        if (names.getLast().isEmpty()) {
            names.set(names.size() - 1, index);
        }
        Optional<FileSource.Found> found =
                names.stream().allMatch(this::isPlain) ? files.find(names) : Optional.empty();
        if (found.isEmpty()) {
            throw ProblemException.of(404, "there is no file at " + Shown.quoted(request.path()));
        }
        if (!get) {
            return request.method().equals("OPTIONS") ? options() : refused(request);
        }
        return switch (found.get()) {
            case FileSource.Found.File file -> file(request, names, file.file());
            case FileSource.Found.Folder here -> withSlash(request, path);
        };
    }

    private boolean isPlain(String name) {
        return !name.isEmpty()
                && (dotFiles || name.charAt(0) != '.')
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < 0x20 || c == 0x7f);
    }

    private static HttpResponse options() {
        return new HttpResponse(204, Metadata.of("allow", "GET, HEAD, OPTIONS"), Body.empty());
    }

    private static HttpResponse refused(HttpRequest request) {
        throw ProblemException.of(405, "a file takes GET, HEAD, OPTIONS, not " + Shown.quoted(request.method()))
                .withHeader("allow", "GET, HEAD, OPTIONS");
    }

    private static HttpResponse withSlash(HttpRequest request, RequestPath path) {
        String query = request.query();
        String last = path.rawFrom(path.segments().size() - 1);
        return new HttpResponse(
                308, Metadata.of("location", "." + last + "/" + (query.isEmpty() ? "" : "?" + query)), Body.empty());
    }

    private HttpResponse file(HttpRequest request, List<String> names, StaticFile plain) throws IOException {
        StaticFile file = plain;
        Metadata headers = new Metadata().add("content-type", FileTypes.of(names.getLast()));
        AcceptEncoding accepted = AcceptEncoding.of(request.headers().getAll("accept-encoding"));
        boolean varies = false;
        int best = 0;
        String encoding = "";
        for (AcceptEncoding.Precompressed kind : AcceptEncoding.Precompressed.values()) {
            List<String> sibling = new ArrayList<>(names);
            sibling.set(names.size() - 1, names.getLast() + kind.suffix);
            if (files.find(sibling).orElse(null) instanceof FileSource.Found.File other) {
                varies = true;
                if (accepted.weight(kind.token) > best) {
                    best = accepted.weight(kind.token);
                    file = other.file();
                    encoding = kind.token;
                }
            }
        }
        if (varies) {
            headers.add("vary", "accept-encoding");
        }
        if (!encoding.isEmpty()) {
            headers.add("content-encoding", encoding);
        }
        String tag = '"' + file.tag() + (encoding.isEmpty() ? "" : "-" + encoding) + '"';
        headers.add("etag", tag);
        headers.add("last-modified", HttpTime.format(file.modified()));
        headers.add("cache-control", cacheControl);
        headers.add("x-content-type-options", "nosniff");
        return answer(request, file, tag, headers);
    }

    private static HttpResponse answer(HttpRequest request, StaticFile file, String tag, Metadata headers) {
        switch (Preconditions.evaluate(request.headers(), tag, file.modified())) {
            case NOT_MODIFIED -> {
                return new HttpResponse(304, headers.remove("content-type"), Body.empty());
            }
            case FAILED -> throw ProblemException.of(412, "the file has changed: its etag is " + tag);
            case PASSED -> {}
        }
        headers.add("accept-ranges", "bytes");
        ByteRange range = Preconditions.rangeApplies(request.headers(), tag, file.modified())
                ? ByteRange.parse(request.headers().get("range").orElse(""), file.size())
                : ByteRange.WHOLE;
        return switch (range) {
            case ByteRange.Whole whole -> new HttpResponse(200, headers, body(file, 0, file.size(), headers));
            case ByteRange.None none ->
                throw ProblemException.of(416, "the file has " + file.size() + " bytes, of which the range has none")
                        .withHeader("content-range", "bytes */" + file.size());
            case ByteRange.Part part -> {
                headers.add("content-range", "bytes " + part.first() + '-' + part.last() + '/' + file.size());
                yield new HttpResponse(206, headers, body(file, part.first(), part.length(), headers));
            }
        };
    }

    private static Body body(StaticFile file, long from, long length, Metadata headers) {
        headers.add("content-length", Long.toString(length));
        return Body.stream(Messages.produce(sink -> send(file, from, length, sink)));
    }

    private static void send(StaticFile file, long from, long length, Sink<? super byte[]> sink) throws IOException {
        try (InputStream input = file.source().open()) {
            input.skipNBytes(from);
            long left = length;
            while (left > 0) {
                byte[] chunk = input.readNBytes((int) Math.min(CHUNK, left));
                if (chunk.length == 0) {
                    return; // it was cut meanwhile: the engine breaks off what is shorter than it said
                }
                sink.send(chunk);
                left -= chunk.length;
            }
        }
    }
}
