package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;

/**
 * Calls methods whatever their kind, for those who learn at run time what they call: a gateway, a command line. The
 * messages may be {@code DynamicMessage}s or generated ones. Thread-safe.
 *
 * <pre>{@code
 * DynamicClient client = new DynamicClient(channel);
 * RpcMethod<?, ?> method = schema.method("shop.inventory.v1.InventoryService/CheckStock");
 * Message request = json.parse(method.requestPrototype(), "{\"productId\": \"sku-1\"}");
 * try (Messages<Message> responses = client.call(method, CallOptions.defaults(), Messages.of(request))) {
 *     responses.forEach(response -> System.out.println(json.print(response)));
 * }
 * }</pre>
 *
 * @param channel where the calls go; whoever made it closes it
 */
public record DynamicClient(Channel channel) {

    /**
     * Calls {@code method}. Where the server answers with one message, this blocks until it is there; where it streams,
     * this returns at once.
     *
     * @param requests exactly one message unless the client streams; closed when the call has ended
     * @return the responses; exactly one unless the server streams. Who leaves a stream before its end closes it
     * @throws CallException if the call fails; {@code INVALID_ARGUMENT} for none or several requests where one is meant, or
     *     a message of another type
     */
    @SuppressWarnings("unchecked") // the kind says which of Q and R are streams; the messages' type is checked in one
    public Messages<Message> call(RpcMethod<?, ?> method, CallOptions options, Messages<? extends Message> requests) {
        Messages<? extends Message> checked = requests.map(message -> checked(method, message));
        return switch (method.kind()) {
            case UNARY -> {
                RpcMethod<Message, Message> unary = (RpcMethod<Message, Message>) method;
                yield Messages.of(channel.call(unary, options, one(method, checked)));
            }
            case SERVER_STREAMING -> {
                RpcMethod<Message, Messages<Message>> streaming = (RpcMethod<Message, Messages<Message>>) method;
                yield channel.call(streaming, options, one(method, checked));
            }
            case CLIENT_STREAMING -> {
                RpcMethod<Messages<? extends Message>, Message> streaming =
                        (RpcMethod<Messages<? extends Message>, Message>) method;
                yield Messages.of(channel.call(streaming, options, checked));
            }
            case BIDI_STREAMING -> {
                RpcMethod<Messages<? extends Message>, Messages<Message>> streaming =
                        (RpcMethod<Messages<? extends Message>, Messages<Message>>) method;
                yield channel.call(streaming, options, checked);
            }
        };
    }

    private static Message checked(RpcMethod<?, ?> method, Message message) {
        String wanted = method.descriptor().getInputType().getFullName();
        String given = message.getDescriptorForType().getFullName();
        if (!given.equals(wanted)) {
            throw new CallException(Code.INVALID_ARGUMENT, method + " takes " + wanted + ", not " + given);
        }
        return message;
    }

    private static Message one(RpcMethod<?, ?> method, Messages<? extends Message> requests) {
        try (requests) {
            Message request = requests.receive();
            if (request == null || requests.receive() != null) {
                throw new CallException(
                        Code.INVALID_ARGUMENT,
                        method + " takes one request message, but got " + (request == null ? "none" : "more"));
            }
            return request;
        }
    }
}
