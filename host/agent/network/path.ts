import type { Socket } from 'node:net';
import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import { Agent, type Dispatcher } from 'undici';
import type { FobError } from '../../errors.ts';
import { AGENT_ANSWER_MS, AGENT_POLL_MS, AGENT_POLLS_MAX } from '../base/limits.ts';
import { connectBy, type Hop, type Route } from './connect.ts';

/** The connections to one service: every request of its dispatcher goes there, whatever host it names. */
export interface Path {
  readonly dispatcher: Dispatcher;
  /** Why the last connection failed; undefined if it succeeded. */
  readonly failure: () => FobError | undefined;
  /** Cuts all connections of the path. */
  readonly cut: () => void;
}

/** A character of JSON text takes at most three bytes in UTF-8. */
const MESSAGE_BYTES = CARRIER_MESSAGE_CHARS_MAX * 3;

/** @param told is called with each hop of each connection */
export function pathBy(route: Route, told?: (hop: Hop) => void): Path {
  const sockets = new Set<Socket>();
  let failed: FobError | undefined;
  const cutting = new AbortController();
  const dispatcher = new Agent({
    connect: (_, callback) => {
      connectBy(route, told, cutting.signal).then(
        socket => {
          failed = undefined;
          if (cutting.signal.aborted) socket.destroy();
          sockets.add(socket);
          socket.once('close', () => sockets.delete(socket));
          callback(null, socket);
        },
        (error: FobError) => {
          failed = error;
          callback(error, null);
        },
      );
    },
    // One more than polls, for a WebSocket that is tried at the same time.
    connections: AGENT_POLLS_MAX + 1,
    pipelining: 1,
    // Undici counts from the moment the connection is established.
    headersTimeout: AGENT_POLL_MS + AGENT_ANSWER_MS,
    bodyTimeout: AGENT_ANSWER_MS,
    webSocket: { maxPayloadSize: MESSAGE_BYTES, maxFragments: MESSAGE_BYTES },
  });
  return {
    dispatcher,
    failure: () => failed,
    cut() {
      cutting.abort();
      // The dispatcher no longer manages the socket of a WebSocket.
      for (const socket of sockets) socket.destroy();
      void dispatcher.destroy().catch(() => undefined);
    },
  };
}
