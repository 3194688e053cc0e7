// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.transport.tls;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The configuration of one TLS transport: the single list of its keys, types and defaults. */
@ObjectClassDefinition(
    name = "Thousand Island TLS",
    description =
        "A transport that servers use by transport.target=(transport.name=tls), and that handlers"
            + " switch to.")
public @interface TlsConfig {

  @AttributeDefinition(description = "The name that servers and handlers call it by.")
  String transport_name() default "tls";

  @AttributeDefinition(description = "The transport below, as an LDAP filter.")
  String below_target() default "(transport.name=tcp)";

  @AttributeDefinition(
      description =
          "A service that looks at greetings (HelloInspector), as an LDAP filter; none by default.")
  String inspector_target() default "(!(objectClass=*))";

  @AttributeDefinition(
      description =
          "Files with certificates: PEM with the chain in order, PKCS#12 or JKS. Several serve several"
              + " names, or several kinds of keys. The first is the default.")
  String[] certificate() default {};

  @AttributeDefinition(
      description =
          "Files with the keys of PEM certificates, in the same order; none when each key is in its"
              + " certificate's file.")
  String[] key() default {};

  @AttributeDefinition(
      description =
          "A file with the passwords of keys and stores, one in each line; all are tried.")
  String passwordFile() default "";

  @AttributeDefinition(description = "The environment variable with such a password.")
  String passwordEnv() default "";

  @AttributeDefinition(
      description =
          "Answer to a client that asks for a name that no certificate is for: default (the first"
              + " certificate) or refuse.",
      options = {
        @Option(label = "default", value = "default"),
        @Option(label = "refuse", value = "refuse")
      })
  String unknownName() default "default";

  @AttributeDefinition(
      description =
          "Whether clients show a certificate: none (they are not asked), want (they may) or need.",
      options = {
        @Option(label = "none", value = "none"),
        @Option(label = "want", value = "want"),
        @Option(label = "need", value = "need")
      })
  String clientAuth() default "none";

  @AttributeDefinition(
      description = "Files with the authorities of clients' certificates: PEM, PKCS#12 or JKS.")
  String[] trust() default {};

  @AttributeDefinition(description = "Files with lists of revoked certificates: PEM or DER.")
  String[] crl() default {};

  @AttributeDefinition(
      description =
          "Whether authorities are asked if a client's certificate was revoked: off, soft (no answer"
              + " is a good one) or hard.",
      options = {
        @Option(label = "off", value = "off"),
        @Option(label = "soft", value = "soft"),
        @Option(label = "hard", value = "hard")
      })
  String revocation() default "off";

  @AttributeDefinition(description = "Protocol versions: TLSv1.3, TLSv1.2.")
  String[] protocols() default {"TLSv1.3", "TLSv1.2"};

  @AttributeDefinition(
      description =
          "Cipher suites, best first, by the names of the JDK; none for those that Mozilla calls"
              + " intermediate.")
  String[] ciphers() default {};

  @AttributeDefinition(
      description = "Groups for the key exchange, best first; none for those of the JDK.")
  String[] groups() default {};

  @AttributeDefinition(description = "Protocols to choose from by ALPN, best first.")
  String[] alpn() default {};

  @AttributeDefinition(
      description =
          "How many handshakes are calculated at the same time, 1 to 1024; 0 for half as many as there"
              + " are processors.")
  int handshakeThreads() default 0;

  @AttributeDefinition(
      description = "Seconds between two looks at the files, 1 to 86400; 0 for no looks.")
  int reloadSeconds() default 10;

  @AttributeDefinition(
      description = "Days before a certificate expires in which that is warned of, 0 to 3650.")
  int warnDays() default 14;
}
