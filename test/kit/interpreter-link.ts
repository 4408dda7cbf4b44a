import { FobError } from 'passfob/client';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { type Interpreter, READ_CHARS } from './interpreter.ts';

/**
 * Returns the link of a running interpreter as a transport, in packets that the image answers. A write does not wait
 * for the image, which may take longer than a port may be busy; where the interpreter ends, the link is lost with its
 * reason.
 */
export function linkOf(interpreter: Interpreter): Transport {
  const cable = pipe({
    name: interpreter.name,
    packetChars: READ_CHARS,
    async write(text) {
      interpreter.send(text).catch((cause: unknown) => {
        const sentence = cause instanceof Error ? cause.message : String(cause);
        cable.lost(new FobError('unplugged', { sentence, cause }));
      });
    },
    release: async () => {},
  });
  interpreter.onText = text => cable.receive(Buffer.from(text, 'latin1'));
  return paced(cable.transport);
}
