import { connect } from 'passfob/client/client';
import { pipe } from 'passfob/transports/pipe';
import type { PeerConnection } from './peer.ts';

/** Returns a client of the fob at the far end of an agent's connection, as a service has it. */
export function clientBy(connection: PeerConnection, fob = 0) {
  let read = 0;
  const { transport, receive } = pipe({
    name: 'the fob of an agent',
    write: async text => connection.say({ type: 'bytes', fob, text }),
    release: async () => {
      clearInterval(timer);
      connection.say({ type: 'release', fob });
    },
  });
  const timer = setInterval(() => {
    const text = connection.text(fob);
    if (text.length === read) return;
    const fresh = text.slice(read);
    read = text.length;
    receive(Uint8Array.from(fresh, character => character.charCodeAt(0)));
  }, 5);
  return connect(transport);
}
