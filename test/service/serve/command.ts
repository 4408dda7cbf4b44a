import { Readable } from 'node:stream';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { run } from 'passfob/cli/run';
import { expect } from 'vitest';

/** The result of a command that the service refuses with these words. */
export const refused = (words: string) => ({
  exitCode: EXIT_CODES.service.code,
  note: expect.stringContaining(words),
});

/** Runs `passfob service` in this process. */
export function serviceCommand(home: string, ...args: string[]) {
  return serviceCommandReading('', home, ...args);
}

/** Runs `passfob service` in this process, with text on its standard input. */
export async function serviceCommandReading(input: string | Uint8Array, home: string, ...args: string[]) {
  const said = { out: '', note: '' };
  const terminal = {
    stdin: Readable.from(input.length === 0 ? [] : [Buffer.from(input)]),
    stderr: process.stderr,
    environment: { PASSFOB_HOME: home },
    out: (text: string) => {
      said.out += text;
    },
    note: (text: string) => {
      said.note += text;
    },
  };
  const exitCode = await run(['service', ...args], terminal, new AbortController().signal);
  return { exitCode, ...said };
}
