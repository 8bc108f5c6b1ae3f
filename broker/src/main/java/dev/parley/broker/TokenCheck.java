package dev.parley.broker;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Lets those through who have the token; compared in constant time. */
final class TokenCheck implements Interceptor {

    static final String HEADER = "authorization";
    static final String SCHEME = "Bearer ";

    private final byte[] expected;

    TokenCheck(String token) {
        this.expected = (SCHEME + token).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        String given = call.requestHeaders().get(HEADER).orElse("");
        if (!MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8))) {
            throw new CallException(
                    Code.UNAUTHENTICATED,
                    given.isEmpty()
                            ? "this broker wants a token: parley://:TOKEN@host:port, or PARLEY_BROKER_TOKEN in the environment"
                            : "the token is not this broker's");
        }
        return next.handle(call, request);
    }
}
