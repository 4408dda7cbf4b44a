import { FobError } from 'passfob/client';
import { type Pipe, pipe } from 'passfob/transports/pipe';
import { type Interpreter, READ_CHARS } from './interpreter.ts';

/**
 * Returns the link of a running interpreter as a transport that is not paced yet: what is written arrives at once,
 * and a build that loses bytes may lose it. Where the interpreter ends, the link is lost with its reason.
 */
export function linkOf(interpreter: Interpreter): Pipe {
  const cable = pipe({
    name: interpreter.name,
    packetChars: READ_CHARS,
    write: async text => interpreter.put(text),
    release: async () => {},
  });
  interpreter.ended.catch((cause: unknown) => {
    const sentence = cause instanceof Error ? cause.message : String(cause);
    cable.lost(new FobError('unplugged', { sentence, cause }));
  });
  interpreter.onText = text => cable.receive(Buffer.from(text, 'latin1'));
  return cable;
}
