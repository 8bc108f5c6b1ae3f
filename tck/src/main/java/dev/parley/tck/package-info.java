/**
 * Conformance kits: JUnit classes that every transport and interceptor must pass, Parley's own and yours alike. A kit
 * names what is promised; the subclass says only how its subject is put between a client and a server.
 *
 * <pre>{@code
 * class AuditInterceptorTest extends InterceptorSuite {
 *     @Override
 *     protected Interceptor interceptor() {
 *         return new AuditInterceptor();
 *     }
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.tck;

import org.jspecify.annotations.NullMarked;
