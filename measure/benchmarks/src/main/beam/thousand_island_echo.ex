# An echo server on Thousand Island. See README.md.
defmodule ThousandIslandEcho do
  use ThousandIsland.Handler

  @impl true
  def handle_data(bytes, socket, state) do
    ThousandIsland.Socket.send(socket, bytes)
    {:continue, state}
  end

  def main(port) do
    {:ok, _} = Application.ensure_all_started(:telemetry)

    {:ok, _} =
      ThousandIsland.start_link(
        port: port,
        handler_module: __MODULE__,
        transport_options: [ip: {127, 0, 0, 1}]
      )

    Process.sleep(:infinity)
  end
end
