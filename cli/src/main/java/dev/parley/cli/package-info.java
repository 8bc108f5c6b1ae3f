/**
 * The command line: {@code parley call}, {@code list} and {@code describe}, for servers of which no generated code is at
 * hand. It stands on the public API of {@code dev.parley.rpc} alone: {@link dev.parley.rpc.Schema}, {@link
 * dev.parley.rpc.ReflectionClient}, {@link dev.parley.rpc.DynamicClient}.
 */
@NullMarked
package dev.parley.cli;

import org.jspecify.annotations.NullMarked;
