// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.webconsole;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.felix.inventory.Format;
import org.apache.felix.inventory.InventoryPrinter;
import org.apache.felix.webconsole.servlet.AbstractServlet;
import org.apache.felix.webconsole.servlet.ServletConstants;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The page "Thousand Island" of the Web Console. It consists of a script that fetches the report of
 * the inventory printer again and again, and of that report at {@code servers.json}. It only looks:
 * there is no request that changes anything.
 *
 * <p>Thread: any.
 */
@Component(
    service = Servlet.class,
    property = {
      ServletConstants.PLUGIN_LABEL + "=" + ServersPage.LABEL,
      ServletConstants.PLUGIN_TITLE + "=Thousand Island",
      ServletConstants.PLUGIN_CSS_REFERENCES + "=/" + ServersPage.LABEL + ServersPage.STYLE
    })
public final class ServersPage extends AbstractServlet {

  private static final long serialVersionUID = 1;

  /** The last part of the page's address. */
  static final String LABEL = "thousandisland";

  static final String STYLE = "/res/thousandisland.css";
  private static final String SCRIPT = "/res/thousandisland.js";
  private static final String REPORT = "/servers.json";

  private final transient InventoryPrinter printer;

  @Activate
  public ServersPage(
      @Reference(target = "(" + InventoryPrinter.NAME + "=thousandisland)")
          InventoryPrinter printer) {
    this.printer = printer;
  }

  /** The part of the path below the page. */
  private static String below(String path) {
    return path.substring(Math.min(path.length(), 1 + LABEL.length()));
  }

  @Override
  protected @Nullable URL getResource(String path) {
    String file = below(path);
    return Set.of(STYLE, SCRIPT).contains(file) ? ServersPage.class.getResource(file) : null;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    if (below(request.getPathInfo()).equals(REPORT)) {
      response.setContentType("application/json");
      response.setCharacterEncoding(StandardCharsets.UTF_8.name());
      response.setHeader("X-Content-Type-Options", "nosniff");
      setNoCache(response);
      printer.print(response.getWriter(), Format.JSON, false);
    } else {
      super.doGet(request, response);
    }
  }

  @Override
  public void renderContent(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Object root = request.getAttribute(ServletConstants.ATTR_PLUGIN_ROOT);
    response
        .getWriter()
        .println(
            """
            <div id="thousandisland">
            <p class="statline ui-state-highlight" role="status">Asking the servers …</p>
            <noscript>This page needs JavaScript. ti:servers on the shell shows the same.</noscript>
            <div class="ti-servers"></div>
            </div>
            <script src="%s"></script>"""
                .formatted(root + SCRIPT));
  }
}
