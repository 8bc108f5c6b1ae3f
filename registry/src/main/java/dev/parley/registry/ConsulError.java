package dev.parley.registry;

/** An answer that is no success: in Consul a line of text. */
final class ConsulError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    ConsulError(int status, String message) {
        super(message);
        this.status = status;
    }

    static ConsulError bad(String message) {
        return new ConsulError(400, message);
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
