package dev.parley.cli;

import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.rpc.MessageJson;
import dev.parley.rpc.RpcMethod;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The request messages, out of an argument, a file or the standard input. */
final class RequestInput implements Messages.Source<Message> {

    private static final int MOST_CHARACTERS = 64 << 20;

    private final JsonValues values;
    private final String where;
    private final MessageJson json;
    private final Message prototype;
    private volatile @Nullable String fault;

    private RequestInput(Reader in, String where, MessageJson json, Message prototype) {
        this.values = new JsonValues(in, MOST_CHARACTERS);
        this.where = where;
        this.json = json;
        this.prototype = prototype;
    }

    /**
     * Opens what {@code argument} means.
     *
     * @param argument JSON, {@code @file}, or {@code -} for {@code stdin}
     */
    static RequestInput open(String argument, InputStream stdin, RpcMethod<?, ?> method, MessageJson json) {
        Message prototype = method.requestPrototype();
        if (argument.equals("-") || argument.equals("@-")) {
            return new RequestInput(utf8(stdin), "stdin", json, prototype);
        }
        if (argument.startsWith("@")) {
            Path file = Path.of(argument.substring(1));
            try {
                return new RequestInput(utf8(Files.newInputStream(file)), file.toString(), json, prototype);
            } catch (IOException e) {
                throw new CommandException(ExitCode.USAGE, file + " cannot be read: " + e.getMessage(), e);
            }
        }
        return new RequestInput(new StringReader(argument), "the request", json, prototype);
    }

    private static Reader utf8(InputStream in) {
        return new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    /** What is wrong with the input, if a call failed because of that. */
    @Nullable
    String fault() {
        return fault;
    }

    @Override
    public @Nullable Message receive() {
        try {
            String value = values.next();
            return value == null ? null : json.parse(prototype, value);
        } catch (CallException e) {
            String line = values.startLine() == 1 ? "" : ", in the value that begins in line " + values.startLine();
            throw failed(where + line + ": " + e.message(), e);
        } catch (IOException e) {
            throw failed(where + " cannot be read as UTF-8 text: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw failed(where + ": " + e.getMessage(), e);
        }
    }

    private CallException failed(String what, Exception cause) {
        fault = what;
        return new CallException(Code.INVALID_ARGUMENT, what, cause);
    }
}
