/** The HTTP engine of Parley; see the package {@code dev.parley.http}. */
module dev.parley.http {
    requires transitive dev.parley;
    requires static transitive org.jspecify;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.resolver;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;

    exports dev.parley.http;
}
