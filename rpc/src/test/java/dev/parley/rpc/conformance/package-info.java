/** The cases of Connect's conformance suites, in our own words: every protocol, codec, compression and version of HTTP. */
@org.jspecify.annotations.NullMarked
package dev.parley.rpc.conformance;
