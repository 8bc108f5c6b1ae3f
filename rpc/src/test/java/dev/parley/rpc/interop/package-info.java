/** Foreign clients and servers against Parley's: grpc-java, connect-node, curl. */
@NullMarked
package dev.parley.rpc.interop;

import org.jspecify.annotations.NullMarked;
