import type { Socket } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { MESSAGE_CHARS_MAX } from '../../activation/limits.ts';
import type { FobError } from '../../errors.ts';
import { AGENT_ANSWER_MS, AGENT_POLL_MS, AGENT_POLLS_MAX } from '../base/limits.ts';
import { connectBy, type Hop, type Route } from './connect.ts';

/** A way to one service: whatever is asked of its dispatcher goes there, whatever it names. */
export interface Path {
  readonly dispatcher: Dispatcher;
  /** Why the last connection could not be made; undefined where it was. */
  readonly failure: () => FobError | undefined;
  /** Cuts all its connections. */
  readonly cut: () => void;
}

/** A character of JSON text takes at most three bytes in UTF-8. */
const MESSAGE_BYTES = MESSAGE_CHARS_MAX * 3;

/** @param told of each hop of each connection */
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
    // One more than polls: for a WebSocket that is tried beside them.
    connections: AGENT_POLLS_MAX + 1,
    pipelining: 1,
    // Undici counts from when a connection is there.
    headersTimeout: AGENT_POLL_MS + AGENT_ANSWER_MS,
    bodyTimeout: AGENT_ANSWER_MS,
    webSocket: { maxPayloadSize: MESSAGE_BYTES, maxFragments: MESSAGE_BYTES },
  });
  return {
    dispatcher,
    failure: () => failed,
    cut() {
      cutting.abort();
      // A WebSocket's is no longer the dispatcher's.
      for (const socket of sockets) socket.destroy();
      void dispatcher.destroy().catch(() => undefined);
    },
  };
}
