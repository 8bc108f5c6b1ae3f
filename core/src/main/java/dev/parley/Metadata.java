package dev.parley;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Headers or trailers: names with one or more values, in order. Names are case-insensitive and kept in lower case. A
 * name that ends in {@code -bin} has binary values, written to the wire as base64 (gRPC's rule).
 *
 * <p>Names are HTTP tokens, values are printable characters of Latin-1, spaces and tabs; anything else is refused when
 * it is added, so no value can break the framing of a protocol. Not thread-safe.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP/2</a>
 */
public final class Metadata {

    private static final String[] NOTHING = {};
    private static final String BINARY_SUFFIX = "-bin";
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
        }
        for (char c = '0'; c <= '9'; c++) {
            TOKEN[c] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    // Names and values by turns: a call has about ten, and a scan over them beats hashing.
    private String[] entries = NOTHING;
    private int used;
    private boolean frozen;

    /** No headers. */
    public Metadata() {}

    /** A copy of {@code other}. */
    public Metadata(Metadata other) {
        this.entries = Arrays.copyOf(other.entries, other.used);
        this.used = other.used;
    }

    /** Headers from names and values by turns: {@code Metadata.of("accept", "text/html")}. */
    public static Metadata of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("names and values come in pairs, but got " + namesAndValues.length);
        }
        Metadata metadata = new Metadata();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            metadata.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return metadata;
    }

    /** The first value of {@code name}. */
    public Optional<String> get(String name) {
        int at = indexOf(lower(name), 0);
        return at < 0 ? Optional.empty() : Optional.of(entries[at + 1]);
    }

    /** All values of {@code name}, in order. */
    public List<String> getAll(String name) {
        String key = lower(name);
        List<String> values = new ArrayList<>(2);
        for (int at = indexOf(key, 0); at >= 0; at = indexOf(key, at + 2)) {
            values.add(entries[at + 1]);
        }
        return values;
    }

    /** Whether there is a value of {@code name}. */
    public boolean contains(String name) {
        return indexOf(lower(name), 0) >= 0;
    }

    /** Adds a value of {@code name} behind those that are there. */
    public Metadata add(String name, String value) {
        String key = checkedName(name);
        append(key, checkedValue(key, value));
        return this;
    }

    /** Sets {@code name} to this one value. */
    public Metadata put(String name, String value) {
        String key = checkedName(name);
        checkedValue(key, value);
        remove(key);
        append(key, value);
        return this;
    }

    /** Takes all values of {@code name} out. */
    public Metadata remove(String name) {
        String key = lower(name);
        if (frozen && indexOf(key, 0) >= 0) {
            entries = Arrays.copyOf(entries, used);
            frozen = false;
        }
        int kept = 0;
        for (int i = 0; i < used; i += 2) {
            if (!entries[i].equals(key)) {
                entries[kept] = entries[i];
                entries[kept + 1] = entries[i + 1];
                kept += 2;
            }
        }
        Arrays.fill(entries, kept, used, "");
        used = kept;
        return this;
    }

    /** What is here, for {@link #restore}: it is not copied until some of it is taken out. */
    String[] freeze() {
        frozen = true;
        return entries;
    }

    /** What was {@linkplain #freeze frozen} is not needed any more. */
    void thaw() {
        frozen = false;
    }

    /** As it was when it was frozen, with {@code size} values. */
    void restore(String[] before, int size) {
        frozen = false;
        entries = before;
        used = 2 * size;
    }

    void clear() {
        restore(NOTHING, 0);
    }

    /**
     * The first value of a {@code -bin} header.
     *
     * @throws IllegalArgumentException if the name does not end in {@code -bin}, or the value is not base64
     */
    public Optional<byte[]> getBinary(String name) {
        checkBinary(name);
        return get(name).map(value -> {
            try {
                // Padding is optional on the wire; several values may stand in one line, divided by commas.
                int comma = value.indexOf(',');
                return Base64.getDecoder().decode((comma < 0 ? value : value.substring(0, comma)).trim());
            } catch (IllegalArgumentException e) {
                // Without its cause, which quotes from the value.
                throw new IllegalArgumentException("value of header " + lower(name) + " is not base64");
            }
        });
    }

    /** Adds a binary value; the name must end in {@code -bin}. */
    public Metadata addBinary(String name, byte[] value) {
        checkBinary(name);
        return add(name, Base64.getEncoder().withoutPadding().encodeToString(value));
    }

    /** Adds all of {@code other} behind what is here. */
    public Metadata addAll(Metadata other) {
        for (int i = 0; i < other.used; i += 2) {
            append(other.entries[i], other.entries[i + 1]);
        }
        return this;
    }

    /** Calls {@code each} with every name and value, in order. {@code each} must not change this. */
    public void forEach(BiConsumer<? super String, ? super String> each) {
        for (int i = 0; i < used; i += 2) {
            each.accept(entries[i], entries[i + 1]);
        }
    }

    /** The names, each once, in order. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        forEach((name, value) -> names.add(name));
        return names;
    }

    /** How many values there are. */
    public int size() {
        return used / 2;
    }

    /** Whether there is nothing. */
    public boolean isEmpty() {
        return used == 0;
    }

    /** Whether values of {@code name} are binary, base64 on the wire. */
    public static boolean isBinary(String name) {
        return lower(name).endsWith(BINARY_SUFFIX);
    }

    private int indexOf(String key, int from) {
        for (int i = from; i < used; i += 2) {
            if (entries[i].equals(key)) {
                return i;
            }
        }
        return -1;
    }

    private void append(String key, String value) {
        if (used + 2 > entries.length) {
            entries = Arrays.copyOf(entries, Math.max(16, used * 2));
        }
        entries[used] = key;
        entries[used + 1] = value;
        used += 2;
    }

    private static void checkBinary(String name) {
        if (!isBinary(name)) {
            throw new IllegalArgumentException("a binary header's name ends in -bin, but this is " + quoted(name));
        }
    }

    private static String checkedName(String name) {
        String key = lower(name);
        boolean token = !key.isEmpty();
        for (int i = 0; token && i < key.length(); i++) {
            char c = key.charAt(i);
            token = c < 128 && TOKEN[c];
        }
        if (!token) {
            throw new IllegalArgumentException("header name " + quoted(name) + " is not an HTTP token");
        }
        return key;
    }

    private static String checkedValue(String key, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < 0x20 && c != '\t') || c == 0x7f || c > 0xff) {
                // The value may be a secret, so only the offending character is named.
                throw new IllegalArgumentException(String.format(
                        "value of header %s holds U+%04X at index %d; only printable Latin-1 is allowed",
                        key, (int) c, i));
            }
        }
        return value;
    }

    private static String lower(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (isUpper(name.charAt(i))) {
                return lowered(name);
            }
        }
        return name;
    }

    // Not toLowerCase: that makes an ASCII k of the Kelvin sign, which is no HTTP token.
    private static String lowered(String name) {
        char[] chars = name.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (isUpper(chars[i])) {
                chars[i] = (char) (chars[i] + ('a' - 'A'));
            }
        }
        return new String(chars);
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static String quoted(String name) {
        return '"' + name.replaceAll("[^\\x20-\\x7e]", "?") + '"';
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Metadata that && Arrays.equals(entries, 0, used, that.entries, 0, that.used);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(Arrays.copyOf(entries, used));
    }

    /** The names only: values may be secrets. */
    @Override
    public String toString() {
        return names().toString();
    }
}
