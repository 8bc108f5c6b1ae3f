package dev.parley.rpc.internal.json;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds one dialect against another: what both write, what each reads of the other, and whether they agree on texts that
 * may be wrong. {@link Allowed} lists where they need not.
 */
record Differential(Dialect tried, Dialect reference) {

    /** What differs for a message, in writing and in reading; empty if nothing does. */
    Optional<String> differs(Message message) {
        try {
            String triedText = tried.print(message);
            String referenceText = reference.print(message);
            if (!triedText.equals(unescaped(referenceText))) {
                return Optional.of("written\n" + triedText + "\nwhere the reference writes\n" + referenceText);
            }
            if (!message.equals(reference.read(utf8(triedText), message.getDefaultInstanceForType()))) {
                return Optional.of("read back by the reference as something else:\n" + triedText);
            }
            if (!message.equals(tried.read(utf8(referenceText), message.getDefaultInstanceForType()))) {
                return Optional.of("reads something else from the reference's\n" + referenceText);
            }
            return Optional.empty();
        } catch (InvalidProtocolBufferException | UnwritableException e) {
            return Optional.of(e + " for\n" + message);
        }
    }

    /** What differs in reading a text, good or bad; empty if nothing does that is not {@link Allowed}. */
    Optional<String> differs(byte[] json, Message prototype) {
        Result ours = Result.of(tried, json, prototype);
        Result theirs = Result.of(reference, json, prototype);
        boolean same = Objects.equals(ours.message, theirs.message);
        return same || Allowed.allows(json, ours, theirs)
                ? Optional.empty()
                : Optional.of(new String(json, StandardCharsets.UTF_8) + "\ngives " + ours + "\nbut from the reference "
                        + theirs);
    }

    record Result(@Nullable Message message, String error) {
        static Result of(Dialect dialect, byte[] json, Message prototype) {
            try {
                return new Result(dialect.read(json, prototype), "");
            } catch (InvalidProtocolBufferException e) {
                return new Result(null, String.valueOf(e.getMessage()));
            }
        }
    }

    /** Without the escapes that JSON does not ask for and that are not written here: of &lt; &gt; &amp; = ' and U+2028, U+2029. */
    static String unescaped(String json) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char next = json.charAt(++i);
            if (next == 'u') {
                char escaped = (char) Integer.parseInt(json, i + 1, i + 5, 16);
                if ("<>&='\u2028\u2029".indexOf(escaped) >= 0) {
                    text.append(escaped);
                    i += 4;
                    continue;
                }
            }
            text.append(c).append(next);
        }
        return text.toString();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
