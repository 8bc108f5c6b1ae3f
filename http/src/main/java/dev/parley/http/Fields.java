package dev.parley.http;

import dev.parley.Metadata;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Headers or trailers as Netty's HTTP/1.1 codec read them, turned into {@link Metadata} when somebody looks at all of
 * them: what is only passed on is never turned. From then on the metadata is what counts. Names are given in lower case.
 */
final class Fields {

    private @Nullable HttpHeaders http1;
    private @Nullable Metadata metadata;

    private Fields(@Nullable HttpHeaders http1, @Nullable Metadata metadata) {
        this.http1 = http1;
        this.metadata = metadata;
    }

    static Fields of(HttpHeaders headers) {
        return new Fields(headers, null);
    }

    static Fields of(Metadata headers) {
        return new Fields(null, headers);
    }

    /** No trailers; not to be added to. */
    static Fields none() {
        return new Fields(EmptyHttpHeaders.INSTANCE, null);
    }

    boolean isEmpty() {
        HttpHeaders raw = http1;
        return raw != null ? raw.isEmpty() : metadata().isEmpty();
    }

    /**
     * As metadata, to be changed in place.
     *
     * @throws IllegalArgumentException if a value holds what no header may
     */
    Metadata metadata() {
        Metadata made = metadata;
        if (made == null) {
            made = new Metadata();
            HttpHeaders raw = http1;
            if (raw != null) {
                for (Map.Entry<String, String> header : raw) {
                    made.add(header.getKey(), header.getValue());
                }
            }
            metadata = made;
            http1 = null;
        }
        return made;
    }

    /** For Netty's HTTP/1.1 codec; the fields are its from then on. */
    HttpHeaders http1() {
        HttpHeaders raw = http1;
        if (raw == null) {
            HttpHeaders made = DefaultHttpHeadersFactory.headersFactory()
                    .withValidation(false)
                    .newHeaders();
            metadata().forEach(made::add); // validated when it was added
            http1 = made;
            metadata = null;
            raw = made;
        }
        return raw;
    }

    @Nullable
    String get(AsciiString name) {
        HttpHeaders raw = http1;
        return raw != null ? raw.get(name) : metadata().get(name.toString()).orElse(null);
    }

    List<String> getAll(AsciiString name) {
        HttpHeaders raw = http1;
        return raw != null ? raw.getAll(name) : metadata().getAll(name.toString());
    }

    boolean contains(AsciiString name) {
        HttpHeaders raw = http1;
        return raw != null ? raw.contains(name) : metadata().contains(name.toString());
    }

    void set(AsciiString name, String value) {
        HttpHeaders raw = http1;
        if (raw != null) {
            raw.set(name, value);
        } else {
            metadata().put(name.toString(), value);
        }
    }

    void add(AsciiString name, String value) {
        HttpHeaders raw = http1;
        if (raw != null) {
            raw.add(name, value);
        } else {
            metadata().add(name.toString(), value);
        }
    }

    void remove(AsciiString name) {
        HttpHeaders raw = http1;
        if (raw != null) {
            raw.remove(name);
        } else {
            metadata().remove(name.toString());
        }
    }
}
