// SPDX-License-Identifier: Apache-2.0
/**
 * Certificates, keys and trust: read from files, checked, chosen for a client, and read again when
 * the files change.
 */
@NullMarked
package io.thousandisland.transport.tls.certificates;

import org.jspecify.annotations.NullMarked;
