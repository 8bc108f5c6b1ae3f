package dev.parley.grpcjava;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Sink;
import org.jspecify.annotations.Nullable;

/** Takes the one response of a method that does not stream; more or none is a fault of the service. */
final class SingleResponse<R> implements Sink<R> {

    private @Nullable R response;

    @Override
    public void send(R message) {
        if (response != null) {
            throw new CallException(Code.INTERNAL, "the service sent more than one response");
        }
        response = message;
    }

    R get() {
        R sent = response;
        if (sent == null) {
            throw new CallException(Code.INTERNAL, "the service completed without a response");
        }
        return sent;
    }
}
