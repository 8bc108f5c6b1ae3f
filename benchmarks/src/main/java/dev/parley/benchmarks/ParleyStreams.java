package dev.parley.benchmarks;

import dev.parley.Messages;
import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.ManyRequest;
import dev.parley.benchmarks.echo.StreamService;
import dev.parley.benchmarks.echo.SumResponse;

/** The stream service as Parley wants it. */
final class ParleyStreams implements StreamService {

    @Override
    public Messages<EchoResponse> many(ManyRequest request) {
        return Messages.produce(sink -> {
            for (int i = 0; i < request.getCount(); i++) {
                sink.send(Streams.message());
            }
        });
    }

    @Override
    public SumResponse sum(Messages<EchoRequest> requests) {
        long count = 0;
        long characters = 0;
        for (EchoRequest request : requests) {
            count++;
            characters += request.getText().length();
        }
        return SumResponse.newBuilder()
                .setCount(count)
                .setCharacters(characters)
                .build();
    }

    @Override
    public Messages<EchoResponse> chat(Messages<EchoRequest> requests) {
        return requests.map(Echo::answer);
    }
}
