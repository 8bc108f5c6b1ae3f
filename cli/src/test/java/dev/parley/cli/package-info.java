/** The command line, in this process and as one of its own. */
@NullMarked
package dev.parley.cli;

import org.jspecify.annotations.NullMarked;
