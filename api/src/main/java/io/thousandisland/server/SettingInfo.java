// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.server;

/**
 * One key of a server's configuration, with the value in force.
 *
 * @param key as in a configuration
 * @param value as a configuration writes it; empty for an option for handlers, which may be a
 *     secret
 * @param standard whether the value is the default
 */
public record SettingInfo(String key, String value, boolean standard) {}
