import { DecoratorHandler, type Dispatcher, WebSocket } from 'undici';
import { openedSocket, type ServiceSocket } from '../../activation/socket.ts';
import { AGENT_SEND_QUEUE_BYTES_MAX } from '../base/limits.ts';
import { endpointOf } from './endpoint.ts';
import { networkFailure } from './failure.ts';
import type { Path } from './path.ts';

/**
 * Opens a WebSocket to a path of a service. Closes it if the service stops reading.
 * @throws FobError `service-silent`, `certificate`, `proxy` (`networkFailure`: `no-websocket` if only the upgrade
 *   fails, with the status of the answer in `details.status`), `cancelled`
 */
export async function openWebSocket(
  path: Path,
  { origin, at }: { readonly origin: string; readonly at: string },
  signal: AbortSignal,
): Promise<ServiceSocket> {
  const { host } = endpointOf(origin);
  let status = 0;
  const dispatcher = watched(path.dispatcher, answered => {
    status = answered;
  });
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${at}`, { dispatcher });
  const none = () => path.failure() ?? networkFailure('no-websocket', { host }, undefined, { status });
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

/** Undici's WebSocket does not say with which status an upgrade was refused. */
function watched(dispatcher: Dispatcher, told: (status: number) => void): Dispatcher {
  return dispatcher.compose(dispatch => (options, handler) => {
    const watching: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
    const start = watching.onResponseStart?.bind(watching);
    watching.onResponseStart = (controller, status, ...answer) => {
      told(status);
      start?.(controller, status, ...answer);
    };
    return dispatch(options, watching);
  });
}
