// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.inventory;

import io.thousandisland.server.Server;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.felix.inventory.Format;
import org.apache.felix.inventory.InventoryPrinter;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The inventory printer of all servers: text for people, JSON for tools. Both have the same facts
 * under the same names; docs/web-console.md lists them.
 *
 * <p>Thread: any. Each call looks at the servers of that moment, and changes nothing.
 */
@Component(
    property = {
      InventoryPrinter.NAME + "=" + ServersPrinter.NAME,
      InventoryPrinter.TITLE + "=Thousand Island",
      InventoryPrinter.FORMAT + "=TEXT",
      InventoryPrinter.FORMAT + "=JSON"
    })
public final class ServersPrinter implements InventoryPrinter {

  static final String NAME = "thousandisland";

  /** Of the form of the JSON. A fact that is removed, or means something else, makes it 2. */
  static final int FORM = 1;

  private final EndedDrains ended;
  private final JsonProvider json = JsonProvider.provider();
  private final List<Server> servers = new CopyOnWriteArrayList<>();

  @Activate
  public ServersPrinter(@Reference EndedDrains ended) {
    this.ended = ended;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindServer(Server server) {
    servers.add(server);
  }

  void unbindServer(Server server) {
    servers.remove(server);
  }

  @Override
  public void print(PrintWriter out, Format format, boolean isZip) {
    if (Format.JSON.equals(format)) {
      out.println(json(report()));
    } else {
      out.print(Outline.of(report(), text -> json.createValue(text).toString()));
    }
  }

  private Map<String, @Nullable Object> report() {
    return new Facts()
        .number("form", FORM)
        .time("time", Instant.now())
        .list(
            "servers",
            servers.stream()
                .sorted(Comparator.comparing(Server::name))
                .map(server -> ServerReport.of(server, ended.of(server.name())))
                .toList())
        .all();
  }

  private String json(Map<String, @Nullable Object> facts) {
    JsonObject object = json.createObjectBuilder(facts).build();
    var text = new StringWriter();
    try (var writer =
        json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true)).createWriter(text)) {
      writer.write(object);
    }
    return text.toString().strip();
  }
}
