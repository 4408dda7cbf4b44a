import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import { WebSocket } from 'ws';
import { RELAY_ANSWER_TIMEOUT_MS, RELAY_SILENCE_MS } from '../activation/limits.ts';
import { openedSocket, type ServiceSocket } from '../activation/socket.ts';
import { connectBy, type Route } from '../agent/network/connect.ts';
import { FobError } from '../errors.ts';
import { connectionError, connectionTexts } from './base/service-connection.ts';

/** A character of JSON text takes at most three bytes in UTF-8. */
const MESSAGE_BYTES = CARRIER_MESSAGE_CHARS_MAX * 3;
/** Try again: the service is overloaded, or is shutting down. */
const LATER: readonly number[] = [429, 500, 502, 503, 504];

/**
 * Opens a WebSocket as the agent does: through the proxy of the route, over TLS 1.2 or newer, with the certificate
 * always checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says. Closes it if the path goes silent, because a live
 * service pings.
 * @throws FobError `certificate`, `service-silent`, `proxy`, `activation` if the peer is no Passfob service,
 * `cancelled`
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
    // Destroying only the request would not report the end.
    socket.terminate();
  });
  return openedSocket(socket, signal, event => {
    if (status !== 0 && !LATER.includes(status)) {
      return new FobError('activation', { sentence: connectionTexts.notPassfob, details: { status } });
    }
    return connectionError('error' in event ? event.error : undefined);
  });
}

/** Ends a connection that has received neither a ping nor a message for too long. */
function endSilent(socket: WebSocket): void {
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.terminate(), RELAY_SILENCE_MS);
  };
  for (const event of ['open', 'ping', 'message']) socket.on(event, heard);
  socket.on('close', () => clearTimeout(timer));
}
