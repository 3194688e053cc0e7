/** What runs inside the servers under test: in bundles that the tests make of these classes. */
package io.thousandisland.acceptance.bundles;
