package dev.parley.http;

import io.netty.channel.ChannelPipeline;

/** What a connection becomes behind an answer of 101. */
interface Takeover {

    /** Adds its handlers; those of HTTP are taken out behind this. On the loop, once. */
    void install(ChannelPipeline pipeline, ServerExchange exchange);

    /** Runs until the connection has no more use for a handler. On the handler's thread, inside its call. */
    void run() throws Exception;
}
