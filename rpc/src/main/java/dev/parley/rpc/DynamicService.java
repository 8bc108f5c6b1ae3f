package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Messages;

/**
 * One handler for all methods of a service that is known at run time only: {@link ServiceDefinition#dynamic} makes it
 * servable. {@link DynamicClient} has the same shape, so that passing calls on is
 * {@code (method, requests) -> client.call(method, CallOptions.defaults(), requests)}.
 */
@FunctionalInterface
public interface DynamicService {

    /**
     * Answers a call; the call itself is {@link dev.parley.Call#current()}.
     *
     * @param method which method, of any kind
     * @param requests the request messages, {@code DynamicMessage}s; exactly one unless the client streams
     * @return the responses; exactly one unless the server streams, or the caller gets {@code INTERNAL}
     * @throws CallException to fail
     */
    Messages<? extends Message> call(RpcMethod<?, ?> method, Messages<Message> requests);
}
