// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import java.lang.annotation.Annotation;

/** A configuration as Configuration Admin would give it. */
record Config(
    String hostName,
    String startTls,
    String usersFile,
    String folder,
    int maxSize,
    int maxRecipients)
    implements SmtpConfig {

  /** Small limits, no users, no folder. */
  static final Config SMALL = new Config("mx.test", "tls", "", "", 1000, 2);

  Config withFolder(Object path) {
    return new Config(hostName, startTls, usersFile, "" + path, maxSize, maxRecipients);
  }

  Config withUsers(Object path) {
    return new Config(hostName, startTls, "" + path, folder, maxSize, maxRecipients);
  }

  Config withSize(int octets) {
    return new Config(hostName, startTls, usersFile, folder, octets, maxRecipients);
  }

  @Override
  public Class<? extends Annotation> annotationType() {
    return SmtpConfig.class;
  }
}
