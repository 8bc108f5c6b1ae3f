package dev.parley.codegen;

import java.io.Serial;

/** What the author of a {@code .proto} file, or of the protoc command, has to change. Reported through protoc. */
final class CodegenException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    CodegenException(String message) {
        super(message);
    }
}
