import type { Socket } from 'node:dgram';
import ipaddr from 'ipaddr.js';
import type { Fate, Handler } from './handle.ts';

/** What comes in by a socket, and who is told of it. */
export interface Hearing {
  readonly handle: Handler;
  /** What is being decided or answered: none of them rejects. */
  readonly underWay: Set<Promise<void>>;
  readonly told: (fate: Fate) => void;
}

/** Has what a socket is sent decided and answered, whatever it is and however long that takes. */
export function hear(socket: Socket, { handle, underWay, told }: Hearing): void {
  const failed = () => told('error');
  // What the network says of answers that did not arrive is nobody's fault here.
  socket.on('error', failed);
  socket.on('message', (datagram, { address, port }) => {
    // Nobody can be answered there, and whoever saw a packet of a client's can send it again from there.
    if (port === 0) return told('malformed');
    // A link-local address has its interface behind it.
    const [plain = ''] = address.split('%');
    const answering = handle(datagram, { address: ipaddr.process(plain).toString(), port })
      .then(answer => answer && sent(socket, answer, { address, port }))
      // A socket that was closed meanwhile takes no answer.
      .catch(failed)
      .finally(() => underWay.delete(answering));
    underWay.add(answering);
  });
}

/** Resolves when it has left: a socket that is closed before forgets it. */
function sent(
  socket: Socket,
  answer: Uint8Array,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  return new Promise(resolve => socket.send(answer, port, address, () => resolve()));
}
