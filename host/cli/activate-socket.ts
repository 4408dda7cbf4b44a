import { WebSocket } from 'ws';
import { MESSAGE_CHARS_MAX, RELAY_ANSWER_TIMEOUT_MS, RELAY_SILENCE_MS } from '../activation/limits.ts';
import { openedSocket, type ServiceSocket } from '../activation/socket.ts';
import { connectBy, type Route } from '../agent/network/connect.ts';
import { FobError } from '../errors.ts';
import { connectionError, connectionTexts } from './base/service-connection.ts';

/** A character of JSON text takes at most three bytes in UTF-8. */
const MESSAGE_BYTES = MESSAGE_CHARS_MAX * 3;
/** The service is asked again: it has too much to do, or is about to end. */
const LATER: readonly number[] = [429, 500, 502, 503, 504];

/**
 * Opens a WebSocket the way the agent connects: by the proxy of the route, over TLS 1.2 or newer with a certificate that
 * is checked whatever NODE_TLS_REJECT_UNAUTHORIZED says. It ends where the path dies silently: a service that is there
 * pings.
 * @throws FobError `certificate`, `service-silent`, `proxy`, `activation` where no Passfob service answers, `cancelled`
 */
export async function openNodeSocket(url: string, route: Route, signal: AbortSignal): Promise<ServiceSocket> {
  const connection = await connectBy(route, undefined, signal);
  const socket = new WebSocket(url, {
    maxPayload: MESSAGE_BYTES,
    handshakeTimeout: RELAY_ANSWER_TIMEOUT_MS,
    perMessageDeflate: false,
    createConnection: () => connection,
  });
  endSilent(socket);
  let status = 0;
  socket.on('unexpected-response', (_, { statusCode = 0 }) => {
    status = statusCode;
    // Not the request alone: nothing would be heard of its end.
    socket.terminate();
  });
  return openedSocket(socket, signal, event => {
    if (status !== 0 && !LATER.includes(status)) {
      return new FobError('activation', { sentence: connectionTexts.notPassfob, details: { status } });
    }
    return connectionError('error' in event ? event.error : undefined);
  });
}

/** Ends a connection by which neither a ping nor anything else was heard for too long. */
function endSilent(socket: WebSocket): void {
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.terminate(), RELAY_SILENCE_MS);
  };
  for (const event of ['open', 'ping', 'message']) socket.on(event, heard);
  socket.on('close', () => clearTimeout(timer));
}
