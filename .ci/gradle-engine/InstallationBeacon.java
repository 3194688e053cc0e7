// SPDX-License-Identifier: Apache-2.0
package org.gradle.internal.installation.beacon;

/** Gradle's installation is where the jar of this class is. */
public final class InstallationBeacon {}
