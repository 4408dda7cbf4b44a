import { FobError } from '../errors.ts';
import type { BoardConsole } from './console.ts';
import type { BoardFile } from './image.ts';
import { COMPACT_MS, PROGRESS_PARTS } from './limits.ts';
import { type FlashPlan, isSame } from './plan.ts';
import { filesOf } from './survey.ts';

/** Progress of writing a board. */
export type ProgramProgress =
  | { readonly event: 'compacting' }
  | {
      readonly event: 'uploading';
      readonly file: string;
      readonly bytes: number;
      /** Total of all files. */
      readonly bytesDone: number;
      readonly bytesTotal: number;
    };

const quoted = JSON.stringify;

/**
 * Carries out a plan, and reads the written files back.
 * @throws FobError `verification-failed` if the board does not hold them, `refused` for a full Storage, `no-answer`,
 *   `unplugged`, `cancelled` between two pieces
 */
export async function program(
  repl: BoardConsole,
  plan: FlashPlan,
  report: (progress: ProgramProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (plan.isErasingAll) await attempt(repl, '(require("Storage").eraseAll(),true)', signal);
  for (const name of plan.isErasingAll ? [] : [...plan.erase, ...plan.remove]) {
    await attempt(repl, `(require("Storage").erase(${quoted(name)}),true)`, signal);
  }
  if (plan.isCompacting) {
    report({ event: 'compacting' });
    await attempt(repl, '(require("Storage").compact(),true)', signal);
  }
  let done = 0;
  let told = -1;
  for (const file of plan.write) {
    for (const { expression, bytes } of repl.uploads(file.name, file.bytes)) {
      await attempt(repl, expression, signal);
      const part = Math.floor(((done + bytes) * PROGRESS_PARTS) / plan.bytes);
      if (part > told) {
        told = part;
        const { name, bytes: contents } = file;
        report({
          event: 'uploading',
          file: name,
          bytes: contents.length,
          bytesDone: done + bytes,
          bytesTotal: plan.bytes,
        });
      }
    }
    done += file.bytes.length;
    await verify(repl, file);
  }
}

/** Allows the time of a compaction, which Espruino starts by itself if a file finds no space. */
async function attempt(repl: BoardConsole, expression: string, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) throw new FobError('cancelled');
  // Returns an exception as a value; otherwise Espruino would print it and send no answer.
  const tried = `(function(){try{return ${expression}}catch(e){return ""+e}})()`;
  const outcome = await repl.evaluate(tried, COMPACT_MS);
  if (outcome === true) return;
  if (/find or create/.test(String(outcome))) {
    throw new FobError('refused', {
      sentence: "The board's Storage is full.",
      next: 'Delete files of your own from its Storage, then run the command again.',
    });
  }
  throw uploadFailed();
}

async function verify(repl: BoardConsole, file: BoardFile): Promise<void> {
  const stored = (await filesOf(repl, [file.name])).get(file.name);
  if (!isSame(stored, file)) throw uploadFailed(file.name);
}

function uploadFailed(name?: string): FobError {
  return new FobError('verification-failed', {
    sentence:
      name === undefined
        ? 'The board did not take what was uploaded.'
        : `The board does not hold ${name} as it was uploaded.`,
    next: 'Run the command again; if it fails again, the memory of the board is worn out or damaged.',
  });
}
