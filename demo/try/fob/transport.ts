import type { Transport } from 'passfob/client';
import { type Carrier, pipe } from 'passfob/transports/pipe';
import type { WorkerPort } from './port.ts';

/** Returns the wire of a fob as the host's client takes it. @param name of the fob, for messages */
export function fobTransport(port: WorkerPort, name: string): Transport {
  let stop = () => {};
  const carrier: Carrier = {
    name,
    async write(text) {
      port.send({ do: 'bytes', bytes: Uint8Array.from(text, character => character.charCodeAt(0)) });
    },
    async release() {
      stop();
    },
  };
  const { transport, receive } = pipe(carrier);
  stop = port.listen(message => {
    if (message.tell === 'bytes') receive(message.bytes);
  });
  return transport;
}
