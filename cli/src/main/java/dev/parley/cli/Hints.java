package dev.parley.cli;

import dev.parley.CallException;
import java.util.Locale;

/** What somebody at a command line can do about an error that the library words for programs. */
final class Hints {

    private Hints() {}

    /** A clause for the end of the line, or nothing. */
    static String of(CallException error) {
        String message = error.message().toLowerCase(Locale.ROOT);
        if (message.contains("tls handshake")) {
            boolean untrusted = message.contains("certifica") || message.contains("subject alternative");
            return untrusted
                    ? "; --cacert FILE trusts another authority, --authority HOST expects another name"
                    : "; if the server speaks no TLS there, say http://";
        }
        if (message.contains("no http/2 settings")) {
            return "; if the server speaks TLS there, say https://, and if it speaks HTTP/1.1 alone, --protocol connect or"
                    + " rest with --schema";
        }
        if (message.startsWith("the answer is not")) {
            return "; the server may speak another --protocol";
        }
        return "";
    }
}
