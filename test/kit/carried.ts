import { spellings, squeeze } from '../tools/runner/spellings.ts';

/** The traffic of a connection that carries a fob's bytes, to be searched. */
export interface Carried {
  /** Messages and frames, a character a byte. */
  readonly text: string;
  readonly frames: readonly string[];
  /** Returns the spellings in which the bytes occur. */
  holds(bytes: Uint8Array | string): string[];
}

/**
 * Collects messages as they are, and the decoded base64 of the frames in them.
 * @param log JSON texts, both ways
 */
export function carriedIn(log: readonly string[]): Carried {
  const said = log.map(text => JSON.parse(text) as { readonly type: string; readonly text?: string });
  const frames = said
    .filter(({ type }) => type === 'bytes')
    .map(({ text = '' }) => text)
    .join('')
    .split('\n')
    .map(frame => frame.replace(/^~/, ''));
  const text = Buffer.concat([
    Buffer.from(log.join('\n')),
    ...frames.map(frame => Buffer.from(frame, 'base64')),
  ]).toString('latin1');
  const squeezed = squeeze(text).text;
  return {
    text,
    frames,
    holds: bytes =>
      spellings(bytes)
        .filter(spelt => (spelt.squeezed ? squeezed : text).includes(spelt.text))
        .map(({ kind }) => kind),
  };
}
