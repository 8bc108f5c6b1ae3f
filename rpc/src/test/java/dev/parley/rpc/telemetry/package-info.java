/** Telemetry of calls over the wire; here and not in its own module, because that stands below this one. */
@NullMarked
package dev.parley.rpc.telemetry;

import org.jspecify.annotations.NullMarked;
