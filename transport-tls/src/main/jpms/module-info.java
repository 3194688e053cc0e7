// SPDX-License-Identifier: Apache-2.0
/** TLS over any stream transport. */
module io.thousandisland.transport.tls {
  requires transitive io.thousandisland.api;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;

  exports io.thousandisland.tls;
  exports io.thousandisland.tls.factory;
}
