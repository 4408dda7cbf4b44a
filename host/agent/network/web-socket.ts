import { WebSocket } from 'undici';
import { openedSocket, type ServiceSocket } from '../../activation/socket.ts';
import { AGENT_SEND_QUEUE_BYTES_MAX } from '../base/limits.ts';
import { endpointOf } from './endpoint.ts';
import { networkFailure } from './failure.ts';
import type { Path } from './path.ts';

/**
 * Opens a WebSocket to a service's `/agent`. Closes it if the service stops reading.
 * @throws FobError `service-silent`, `certificate`, `proxy` (`networkFailure`: `no-websocket` if only the upgrade
 * fails),
 *   `cancelled`
 */
export async function openWebSocket(path: Path, origin: string, signal: AbortSignal): Promise<ServiceSocket> {
  const { host } = endpointOf(origin);
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/agent`, { dispatcher: path.dispatcher });
  const none = () => path.failure() ?? networkFailure('no-websocket', { host });
  const opened = await openedSocket(socket, signal, none);
  return {
    ...opened,
    send(text) {
      if (socket.bufferedAmount + text.length > AGENT_SEND_QUEUE_BYTES_MAX) path.cut();
      else opened.send(text);
    },
    close() {
      opened.close();
      // A peer that does not answer the close must not keep the connection open.
      path.cut();
    },
  };
}
