/**
 * The protoc plugin that writes one plain Java interface for each service of a {@code .proto} file: the same type to
 * implement on a server and to call through a client. {@link dev.parley.codegen.Main} is the program that protoc runs;
 * {@link dev.parley.codegen.Plugin} turns its request into source files.
 */
@NullMarked
package dev.parley.codegen;

import org.jspecify.annotations.NullMarked;
