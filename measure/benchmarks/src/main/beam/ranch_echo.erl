%% An echo server on ranch. See README.md.
-module(ranch_echo).
-behaviour(ranch_protocol).
-export([main/1, start_link/3, serve/2]).

-define(READ_TIMEOUT, 60000).

main([Port]) ->
    {ok, _} = application:ensure_all_started(ranch),
    Options = #{max_connections => infinity,
                socket_opts => [{ip, {127, 0, 0, 1}},
                                {port, list_to_integer(atom_to_list(Port))}]},
    {ok, _} = ranch:start_listener(?MODULE, ranch_tcp, Options, ?MODULE, []),
    receive never -> ok end.

start_link(Ref, Transport, []) ->
    {ok, spawn_link(?MODULE, serve, [Ref, Transport])}.

serve(Ref, Transport) ->
    {ok, Socket} = ranch:handshake(Ref),
    echo(Socket, Transport).

echo(Socket, Transport) ->
    case Transport:recv(Socket, 0, ?READ_TIMEOUT) of
        {ok, Bytes} ->
            ok = Transport:send(Socket, Bytes),
            echo(Socket, Transport);
        {error, _} ->
            Transport:close(Socket)
    end.
