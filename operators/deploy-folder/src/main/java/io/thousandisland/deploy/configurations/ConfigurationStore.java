// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.deploy.configurations;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The configurations that were made of files, in Config Admin. Each configuration carries the
 * address of its file in a key that components keep private, since the key begins with a dot.
 *
 * <p>Thread: the configurations thread only.
 */
public final class ConfigurationStore {

  /** The key for the address of the file. */
  static final String FILE = ".deploy.file";

  /** The location with which any bundle may have the configuration. */
  private static final String ANY_BUNDLE = "?";

  private final ConfigurationAdmin admin;

  /** The configurations that files have replaced, by PID. */
  private final Map<String, Dictionary<String, Object>> replaced = new HashMap<>();

  public ConfigurationStore(ConfigurationAdmin admin) {
    this.admin = admin;
  }

  /** The configurations made of files before the framework was started with the same storage. */
  List<Kept> kept() throws IOException {
    var kept = new ArrayList<Kept>();
    for (Configuration configuration : list("(" + FILE + "=*)")) {
      Path file = Path.of(URI.create(configuration.getProperties().get(FILE).toString()));
      kept.add(new Kept(file, name(configuration)));
    }
    return kept;
  }

  record Kept(Path file, ConfigurationName name) {}

  private static ConfigurationName name(Configuration configuration) {
    String pid = configuration.getPid();
    String factory = configuration.getFactoryPid();
    return factory == null
        ? new ConfigurationName(pid, null)
        : new ConfigurationName(factory, pid.substring(factory.length() + 1));
  }

  /** Creates or updates a configuration, and tells in words which of the two. */
  String put(ConfigurationName name, Map<String, Object> values, Path file) throws IOException {
    String pid = name.wholePid();
    boolean exists = find(pid) != null;
    Configuration configuration =
        name.name() == null
            ? admin.getConfiguration(name.pid(), ANY_BUNDLE)
            : admin.getFactoryConfiguration(name.pid(), name.name(), ANY_BUNDLE);
    Dictionary<String, Object> before = configuration.getProperties();
    boolean others = before != null && before.get(FILE) == null;
    if (others && !replaced.containsKey(pid)) {
      replaced.put(pid, before);
    }
    String bound = configuration.getBundleLocation();
    if (!ANY_BUNDLE.equals(bound)) {
      configuration.setBundleLocation(ANY_BUNDLE);
    }
    var properties = new HashMap<>(values);
    properties.put(FILE, file.toUri().toString());
    boolean different = configuration.updateIfDifferent(FrameworkUtil.asDictionary(properties));
    return words(pid, exists, others, different) + unbound(bound);
  }

  private static String words(String pid, boolean exists, boolean others, boolean different) {
    if (!exists) {
      return "the configuration " + pid + " is created";
    }
    if (others) {
      return "the configuration "
          + pid
          + ", which did not come from this folder, is replaced; it is restored when the file is"
          + " removed";
    }
    return different
        ? "the configuration " + pid + " is updated"
        : "has the same keys and values as the configuration " + pid;
  }

  private static String unbound(@Nullable String bound) {
    return bound == null || bound.startsWith(ANY_BUNDLE)
        ? ""
        : "; it was bound to the bundle from " + bound + ", and any bundle may use it now";
  }

  /**
   * Deletes a configuration or restores the one before the file, and tells in words which of the
   * two.
   */
  String remove(ConfigurationName name) throws IOException {
    String pid = name.wholePid();
    Dictionary<String, Object> before = replaced.remove(pid);
    Configuration configuration = find(pid);
    if (configuration == null) {
      return "the configuration " + pid + " had been deleted before";
    }
    if (before != null) {
      configuration.updateIfDifferent(before);
      return "the configuration " + pid + " is as it was without the file";
    }
    configuration.delete();
    return "the configuration " + pid + " is deleted";
  }

  private @Nullable Configuration find(String pid) throws IOException {
    for (Configuration configuration :
        list("(" + Constants.SERVICE_PID + "=" + escaped(pid) + ")")) {
      return configuration;
    }
    return null;
  }

  private static String escaped(String value) {
    return value.replaceAll("[\\\\*()]", "\\\\$0");
  }

  private List<Configuration> list(String filter) throws IOException {
    try {
      Configuration[] found = admin.listConfigurations(filter);
      return found == null ? List.of() : List.of(found);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
