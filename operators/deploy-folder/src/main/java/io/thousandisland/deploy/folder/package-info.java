// SPDX-License-Identifier: Apache-2.0
/**
 * The deploy folder: bundles and configurations come, change and go with the files of a folder.
 *
 * <pre>
 * DeployFolder              the component
 * ├─ FolderThread "deploy bundles"  looks, again and again
 * │  ├─ Watch → Sight                what is there, and for how long unchanged
 * │  └─ BundleFiles                  what each jar stands for: WholeJar, BundleFile
 * │     └─ BundleStep                stop, update, refresh once, start
 * └─ FolderThread "deploy configurations"  never waits for a bundle that drains
 *    ├─ Watch → Sight
 *    ├─ ConfigurationFiles           ConfigurationName, ConfigurationForm, PidUsers
 *    └─ OtherFiles                   what is neither
 * </pre>
 *
 * <p>The two threads share {@code ForeignCode}, which is synchronized, and nothing else that
 * changes. {@link io.thousandisland.deploy.watch.Report} writes one line about each action that was
 * done, or trouble that needs a person.
 */
@NullMarked
package io.thousandisland.deploy.folder;

import org.jspecify.annotations.NullMarked;
