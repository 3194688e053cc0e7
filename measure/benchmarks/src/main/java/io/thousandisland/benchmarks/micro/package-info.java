/** What runs the micro-benchmarks of the runtime's hot classes, which lie in its package. */
@NullMarked
package io.thousandisland.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
