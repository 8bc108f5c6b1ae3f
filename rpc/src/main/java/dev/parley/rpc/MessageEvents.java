package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.MessageEvent;

/** Where the codecs tell of the messages that they write and read. */
final class MessageEvents {

    private MessageEvents() {}

    static void sent(Call call, Object message, int encodedBytes, int compressedBytes) {
        if (call instanceof CallScope scope) {
            scope.message(MessageEvent.Direction.SENT, message, encodedBytes, compressedBytes);
        }
    }

    static void received(Call call, Object message, int encodedBytes, int compressedBytes) {
        if (call instanceof CallScope scope) {
            scope.message(MessageEvent.Direction.RECEIVED, message, encodedBytes, compressedBytes);
        }
    }

    /** The only message of its side: a server reads it before its interceptors run, so it waits for who will listen. */
    static void receivedOnly(Call call, Side side, Object message, int encodedBytes, int compressedBytes) {
        if (side == Side.REQUEST && call instanceof CallScope scope) {
            scope.request(message, encodedBytes, compressedBytes);
        } else {
            received(call, message, encodedBytes, compressedBytes);
        }
    }
}
