// SPDX-License-Identifier: Apache-2.0
/** For the handler of the example: a store that outlives it. */
@Export
@Version("1.0.0")
@NullMarked
package io.thousandisland.examples.redis.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
