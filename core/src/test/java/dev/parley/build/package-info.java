/** Tests of the build itself: which module may stand on which, and what a source file may look like. */
@NullMarked
package dev.parley.build;

import org.jspecify.annotations.NullMarked;
