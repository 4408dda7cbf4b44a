import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FobError } from 'passfob/errors';
import { FileLocked, takeLock } from 'passfob/file-lock';
import type { DemoBoard } from './boards.ts';
import { texts } from './texts.ts';

/** A simulated fob and the paths of its files. */
export interface FobHome {
  readonly board: DemoBoard;
  /** The link to its serial port. */
  readonly port: string;
  /** The file with the contents of its memories. */
  readonly memories: string;
}

/** The folder that the demo works in. */
export interface Home {
  readonly directory: string;
  readonly isKept: boolean;
  readonly fob: FobHome;
  /** Used by the transcript's second fob. */
  readonly secondFob: FobHome;
  readonly inventory: string;
  readonly service: string;
  /** Releases the folder, and removes it if it is temporary. */
  close(): void;
}

/**
 * Creates the demo's folder, or opens a kept one, and locks it for this process.
 * @param kept the folder to keep everything in; a temporary folder if left out
 * @throws FobError `inventory` if it cannot be created, or another demo uses it
 */
export function openHome(kept: string | undefined, board: DemoBoard = 'pico'): Home {
  const directory = kept === undefined ? madeTemporary() : resolve(kept);
  const release = claim(directory);
  const isKept = kept !== undefined;
  return {
    directory,
    isKept,
    fob: { board, port: join(directory, 'fob'), memories: join(directory, 'fob.memories') },
    secondFob: { board, port: join(directory, 'fob2'), memories: join(directory, 'fob2.memories') },
    inventory: join(directory, 'inventory'),
    service: join(directory, 'service'),
    close() {
      release();
      if (!isKept) rmSync(directory, { recursive: true, force: true });
    },
  };
}

function madeTemporary(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'passfob-demo-'));
  } catch (cause) {
    throw new FobError('inventory', { ...texts.errors.noFolder(tmpdir()), cause });
  }
}

function claim(directory: string): () => void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return takeLock(join(directory, 'demo.lock'));
  } catch (cause) {
    const { folderInUse, noFolder } = texts.errors;
    throw new FobError('inventory', {
      ...(cause instanceof FileLocked ? folderInUse : noFolder)(directory),
      cause,
    });
  }
}
