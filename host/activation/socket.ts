import { FobError } from '../errors.ts';
import { RELAY_ANSWER_TIMEOUT_MS } from './limits.ts';

/** An open connection to the service. */
export interface ServiceSocket {
  send(text: string): void;
  /**
   * Calls back for each message, including those that came before. A binary message is delivered as an empty text.
   */
  onText(listener: (text: string) => void): void;
  /** Calls back once, at once if it is already closed. */
  onClose(listener: () => void): void;
  close(): void;
}

/** The part in use of a WebSocket (WHATWG), the browser's or that of `ws`. */
export interface WebSocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: object) => void): void;
}

const OPEN = 1;

/**
 * Waits until a WebSocket is open.
 * @param failure makes the error to throw for an error event before it opens
 * @throws FobError `service-silent` without `failure`, `cancelled`
 */
export function openedSocket(
  socket: WebSocketLike,
  signal: AbortSignal,
  failure: (event: object) => FobError = () => new FobError('service-silent'),
): Promise<ServiceSocket> {
  const opened = wrapped(socket);
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      finish();
    };
    const fail = (error: FobError) =>
      settle(() => {
        socket.close();
        reject(error);
      });
    const cancel = () => fail(new FobError('cancelled'));
    const timer = setTimeout(() => fail(new FobError('service-silent')), RELAY_ANSWER_TIMEOUT_MS);
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    socket.addEventListener('open', () => settle(() => resolve(opened)));
    socket.addEventListener('error', event => fail(failure(event)));
    socket.addEventListener('close', () => fail(new FobError('service-silent')));
  });
}

function wrapped(socket: WebSocketLike): ServiceSocket {
  const early: string[] = [];
  let listener: (text: string) => void = text => early.push(text);
  let isClosed = false;
  let closed: () => void = () => undefined;
  socket.addEventListener('message', ({ data }) => listener(typeof data === 'string' ? data : ''));
  socket.addEventListener('close', () => {
    isClosed = true;
    closed();
  });
  return {
    send(text) {
      if (socket.readyState === OPEN) socket.send(text);
    },
    onText(receive) {
      listener = receive;
      for (const text of early.splice(0)) receive(text);
    },
    onClose(hear) {
      closed = hear;
      if (isClosed) hear();
    },
    close: () => socket.close(),
  };
}
