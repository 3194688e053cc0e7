// SPDX-License-Identifier: Apache-2.0
/** The code that runs inside the servers under test. The tests make bundles of these classes. */
package io.thousandisland.acceptance.bundles;
