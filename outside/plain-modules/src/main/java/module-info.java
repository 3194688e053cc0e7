/** A program that runs a server. */
module org.example.modules {
  requires io.thousandisland.embedded;
  requires io.thousandisland.transport.tls;
}
