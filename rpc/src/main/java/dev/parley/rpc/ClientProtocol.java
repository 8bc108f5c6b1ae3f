package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.ServiceAddress;
import org.jspecify.annotations.Nullable;

/** One protocol in one codec, as a client speaks it. How a call goes on in between is {@link Outbound}'s. */
interface ClientProtocol {

    /** Where a method is called. */
    record Endpoint(ServiceAddress address, String target) {

        HttpRequest post(Metadata headers, Body body) {
            return request("POST", target, headers, body);
        }

        HttpRequest get(String query, Metadata headers) {
            return request("GET", target + '?' + query, headers, Body.empty());
        }

        private HttpRequest request(String method, String to, Metadata headers, Body body) {
            return new HttpRequest(method, address.scheme(), address.authority(), to, headers, body);
        }
    }

    /** The headers of a request, those of the call's that may be sent included. */
    Metadata headers(Call call, Packing packing);

    /** One request message as a part of the body. */
    byte[] encode(Call call, Message message, Packing packing);

    /** The request with one message. */
    default HttpRequest request(Call call, Endpoint endpoint, Packing packing, Message message) {
        return endpoint.post(headers(call, packing), Body.of(encode(call, message, packing)));
    }

    /** The request with a stream of messages. */
    default HttpRequest request(Call call, Endpoint endpoint, Packing packing, Messages<Message> messages) {
        return endpoint.post(
                headers(call, packing), Body.stream(messages.map(message -> encode(call, message, packing))));
    }

    /**
     * The one message of a response; also keeps its metadata in {@code call}.
     *
     * @throws CallException the error that the server answered with, or what is wrong with its answer
     */
    Message readOne(Call call, Message prototype, HttpResponse response);

    /** The messages of a response; also keeps its metadata in {@code call}. */
    Reader readMany(Call call, Message prototype, HttpResponse response);

    /** The only message of a reader. */
    static Message only(Reader reader) {
        Message message = reader.next();
        if (message == null) {
            throw Side.RESPONSE.cardinality("none");
        }
        if (reader.next() != null) {
            throw Side.RESPONSE.cardinality("more");
        }
        return message;
    }

    /** Reads a stream of messages. */
    @FunctionalInterface
    interface Reader {
        /**
         * The next message, or null at the end.
         *
         * @throws CallException the error that the stream ended with
         */
        @Nullable
        Message next();
    }
}
