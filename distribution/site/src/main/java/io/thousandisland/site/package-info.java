// SPDX-License-Identifier: Apache-2.0
/**
 * The generator of the site: the Markdown pages of the repository, and the Javadoc that was made
 * before, become static HTML with one navigation and one search.
 */
@NullMarked
package io.thousandisland.site;

import org.jspecify.annotations.NullMarked;
