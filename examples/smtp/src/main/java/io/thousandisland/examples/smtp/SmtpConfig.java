// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.examples.smtp;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the mail server, under its PID. Relative paths begin where Java runs. */
@ObjectClassDefinition(id = SmtpHandler.PID, name = "Thousand Island example SMTP")
@interface SmtpConfig {

  @AttributeDefinition(name = "Host name", description = "The name that clients are greeted with.")
  String hostName() default "localhost";

  @AttributeDefinition(
      name = "TLS transport",
      description = "The transport.name that STARTTLS switches to; empty for no STARTTLS.")
  String startTls() default "tls";

  @AttributeDefinition(
      name = "Users' file",
      description = "A file with a line NAME:PASSWORD for each user; empty for no AUTH.")
  String usersFile() default "";

  @AttributeDefinition(
      name = "Folder",
      description = "The folder of the messages, one file each; empty to drop them.")
  String folder() default "";

  @AttributeDefinition(
      name = "Largest message",
      description = "The most octets of a message; at least 1.")
  int maxSize() default 10 * 1024 * 1024;

  @AttributeDefinition(
      name = "Most recipients",
      description = "The most recipients of a message; at least 1.")
  int maxRecipients() default 100;
}
