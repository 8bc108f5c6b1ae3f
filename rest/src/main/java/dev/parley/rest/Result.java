package dev.parley.rest;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * One answer that a route declares.
 *
 * @param status of the answer
 * @param type of the value; null for none
 * @param stream whether it is a stream of these
 * @param description for the document
 */
record Result(int status, @Nullable Type type, boolean stream, String description) {}
