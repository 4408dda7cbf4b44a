import type { Readable } from 'node:stream';

/** Where the command line reads and writes. Results go to `out`, everything said meanwhile to `note`. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  note(text: string): void;
}

/** This process's own streams. A reader that has gone ends nothing: what it wanted it has got. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return {
    stdin: process.stdin,
    stderr: process.stderr,
    environment: process.env,
    out: text => void process.stdout.write(text),
    note: text => void process.stderr.write(text),
  };
}

/** Characters that a terminal or a reader obeys instead of showing: controls, invisible formats, line separators. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from a fob or a file, safe to print. */
export function printable(text: string): string {
  return text.replace(OBEYED, '?');
}
