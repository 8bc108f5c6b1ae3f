package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.EchoService;

/** The echo service as Parley wants it. */
final class ParleyEcho implements EchoService {

    @Override
    public EchoResponse echo(EchoRequest request) {
        return Echo.answer(request);
    }
}
