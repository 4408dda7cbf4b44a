import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { FobError, systemCode } from 'passfob/errors';
import { texts } from './texts.ts';

/** Where a simulated fob has its files. */
export interface FobHome {
  /** Where its serial port is linked to. */
  readonly port: string;
  /** What its memories hold. */
  readonly memories: string;
}

/** The folder that the demo works in. */
export interface Home {
  readonly directory: string;
  readonly isKept: boolean;
  readonly fob: FobHome;
  /** Of the transcript's second fob. */
  readonly secondFob: FobHome;
  readonly inventory: string;
  readonly service: string;
  /** Lets go of the folder; one that is not kept is removed. */
  close(): void;
}

/**
 * Makes the demo's folder, or takes up a kept one, for this process alone.
 * @param kept where to keep everything; a temporary folder where left out
 * @throws FobError `inventory` where it cannot be made, or another demo works in it
 */
export function openHome(kept: string | undefined): Home {
  const directory = kept === undefined ? madeTemporary() : resolve(kept);
  const release = claim(directory);
  const isKept = kept !== undefined;
  return {
    directory,
    isKept,
    fob: { port: join(directory, 'fob'), memories: join(directory, 'fob.memories') },
    secondFob: { port: join(directory, 'fob2'), memories: join(directory, 'fob2.memories') },
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

/** A lock of SQLite's: the system drops it with the process, however that ends. */
function claim(directory: string): () => void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const lock = new BetterSqlite(join(directory, 'demo.lock'), { timeout: 0 });
    try {
      lock.exec('begin exclusive');
    } catch (error) {
      lock.close();
      throw error;
    }
    return () => void lock.close();
  } catch (cause) {
    const isBusy = systemCode(cause).startsWith('SQLITE_BUSY');
    const { folderInUse, noFolder } = texts.errors;
    throw new FobError('inventory', { ...(isBusy ? folderInUse : noFolder)(directory), cause });
  }
}
