import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Need, tool } from '../../../kit/tools.ts';

const SOURCE = fileURLToPath(new URL('oracle/oracle.c', import.meta.url));
/** More than the replies to one exchange take. */
const REPLY_BYTES_MAX = 1 << 30;

/** The need for a compiler and the headers of Unicorn; the test gets the compiler's path. */
export function needsUnicorn(): Need<string> {
  const gcc = tool('gcc');
  const args = ['-E', '-x', 'c', '-include', 'unicorn/unicorn.h', '/dev/null', '-o', '/dev/null'];
  const isThere = gcc !== undefined && spawnSync(gcc, args).status === 0;
  return { name: 'gcc and libunicorn-dev', found: isThere ? gcc : undefined };
}

/** The independent Cortex-M4 as a program in a temporary folder. */
export interface OracleProgram {
  readonly path: string;
  /** Sends commands (see `oracle/oracle.c`) to a new run of the program and returns the replies to all of them. */
  exchange(commands: readonly Uint8Array[]): Int32Array;
  /** Removes the program. */
  remove(): void;
}

/** @throws with the compiler's message */
export function compileOracle(gcc: string): OracleProgram {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-oracle-'));
  const path = join(folder, 'oracle');
  const { status, stderr } = spawnSync(gcc, ['-O2', '-Wall', '-Wextra', SOURCE, '-o', path, '-lunicorn']);
  if (status !== 0) throw new Error(`The oracle does not compile: ${stderr}`);
  return {
    path,
    exchange: commands => exchange(path, commands),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function exchange(path: string, commands: readonly Uint8Array[]): Int32Array {
  const input = Buffer.concat(commands);
  const { status, signal, stdout, stderr } = spawnSync(path, { input, maxBuffer: REPLY_BYTES_MAX });
  if (status !== 0) throw new Error(`The oracle ended with ${status ?? signal}: ${stderr}`);
  return new Int32Array(Uint8Array.from(stdout).buffer);
}
