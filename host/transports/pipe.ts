import { FobError } from '../errors.ts';
import { WRITE_TIMEOUT_MS } from '../limits.ts';
import type { Transport } from './transport.ts';

/** The part that each kind of transport provides to `pipe`. */
export interface Carrier {
  readonly name: string;
  /** As in `Transport`. */
  readonly packetChars?: number;
  write(text: string): Promise<void>;
  /** Releases the port; called once. Errors are ignored. */
  release(): Promise<void>;
}

/** A transport, and the functions by which its carrier reports input and loss. */
export interface Pipe {
  readonly transport: Transport;
  receive(bytes: Uint8Array): void;
  /** Reports that the carrier was lost, and releases it. */
  lost(reason: FobError): void;
}

/** XON and XOFF, which Espruino's ports insert for flow control; base64 never contains them. */
const XON = 0x11;
const XOFF = 0x13;

/** The part that all transports share: listeners, removal of flow-control bytes, and closing exactly once. */
export function pipe(carrier: Carrier): Pipe {
  const textListeners = new Set<(text: string) => void>();
  const closeListeners = new Set<(reason: FobError | undefined) => void>();
  let released: Promise<void> | undefined;
  let reason: FobError | undefined;

  const end = (why: FobError | undefined): Promise<void> => {
    if (released !== undefined) return released;
    reason = why;
    released = carrier.release().catch(() => undefined);
    for (const listener of closeListeners) listener(why);
    textListeners.clear();
    closeListeners.clear();
    return released;
  };
  const transport: Transport = {
    name: carrier.name,
    packetChars: carrier.packetChars,
    async send(text) {
      if (released !== undefined) throw reason ?? new FobError('unplugged', { subject: carrier.name });
      await accepted(carrier.write(text), () => {
        const hung = new FobError('port-hung', { subject: carrier.name });
        void end(hung);
        return hung;
      });
    },
    onText(listener) {
      textListeners.add(listener);
      return () => textListeners.delete(listener);
    },
    onClose(listener) {
      if (released !== undefined) listener(reason);
      else closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    close: () => end(undefined),
  };
  return {
    transport,
    receive(bytes) {
      const text = latin1(bytes.filter(byte => byte !== XON && byte !== XOFF));
      if (text !== '') for (const listener of textListeners) listener(text);
    },
    lost(why) {
      void end(why);
    },
  };
}

/**
 * Waits for a write. A write that the system does not accept in time will never succeed, because the hung device no
 * longer reads. The time has two halves, so that a process that was suspended handles pending events before it gives
 * up.
 */
function accepted(writing: Promise<void>, hang: () => FobError): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      timer = setTimeout(() => reject(hang()), WRITE_TIMEOUT_MS / 2);
    }, WRITE_TIMEOUT_MS / 2);
    writing.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
