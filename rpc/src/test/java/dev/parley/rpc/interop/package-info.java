/** Foreign clients and servers against Parley's: grpc-java, connect-node, connect-web in Chromium, curl. */
@NullMarked
package dev.parley.rpc.interop;

import org.jspecify.annotations.NullMarked;
