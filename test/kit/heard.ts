import type { Wire } from '@passfob/simulator/base/fob';

/** The text, of one-byte characters, that leaves ports from now on; a test may empty it. */
export function heardFrom(...ports: readonly Pick<Wire, 'onData'>[]): { text: string } {
  const heard = { text: '' };
  for (const port of ports)
    port.onData(bytes => {
      heard.text += Buffer.from(bytes).toString('latin1');
    });
  return heard;
}
