/**
 * Protobuf's JSON mapping (ProtoJSON). Internal: nothing here is for users of the library.
 *
 * @see <a href="https://protobuf.dev/programming-guides/json/">the specification</a>
 */
@NullMarked
package dev.parley.rpc.internal.json;

import org.jspecify.annotations.NullMarked;
