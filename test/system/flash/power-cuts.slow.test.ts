import type { Progress } from 'passfob/commands/context';
import { list } from 'passfob/commands/list';
import { isFobError } from 'passfob/errors';
import { pairingsOf } from 'passfob/inventory/pairings';
import { expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { copyOf } from '../../kit/memories.ts';
import { Board } from './kit.ts';
import { accountsOn, enrolled, flashed, imageOfVersion, onFob, ownerOf, updated } from './owner.ts';

const LABELS = ['anna', 'ben', 'carla'];
/** Number of cuts in a quick run. */
const SAMPLE = 14;
const MINUTES_MS = 60_000;

/** Returns every operation from 1 to the last, or a sample spread over them with the last. */
function cuts(operations: number): number[] {
  const all = Array.from({ length: operations }, (_, index) => index + 1);
  const step = Math.ceil(operations / countOf(SAMPLE, operations));
  return all.filter(n => n === operations || n % step === firstSeed() % step);
}

/**
 * Runs work into the cut.
 * @returns whether the cut came
 */
async function cutShort(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (isFobError(error, 'unplugged', 'no-answer')) return true;
    throw error;
  }
}

it('flash run again after a power cut makes the same fob of the board', {
  ...LONG,
  timeout: 60 * MINUTES_MS,
}, async () => {
  const whole = new Board();
  const before = whole.fob.operations;
  await flashed(ownerOf(() => whole).context, whole);
  const operations = whole.fob.operations - before;
  expect(operations).toBeGreaterThan(100);
  let came = 0;
  for (const at of cuts(operations)) {
    const board = new Board();
    const { context } = ownerOf(() => board);
    board.fob.cutPowerAtOperation(at);
    if (await cutShort(flashed(context, board))) came++;
    board.repower();
    const again = await flashed(context, board);
    const { state } = await onFob(board, async fob => fob.hello);
    expect(state, `cut ${at}`).toBe('owned');
    const pairings = await pairingsOf(context.inventory, again.serial);
    expect(pairings.map(pairing => [pairing.state, pairing.escrowed_ms !== null])).toEqual([
      ['confirmed', true],
    ]);
    board.fob.close();
  }
  expect(came).toBeGreaterThanOrEqual(cuts(operations).length - 1);
});

it('update run again after a power cut, compaction included, gives the new firmware and every account', {
  ...LONG,
  timeout: 60 * MINUTES_MS,
}, async () => {
  let board = new Board();
  const { context } = ownerOf(() => board);
  await flashed(context, board);
  await enrolled(context, board, LABELS);
  const image = imageOfVersion('0.2.7');
  const rest = copyOf(board.store);
  board.fob.close();

  board = new Board('pico', {}, copyOf(rest));
  const before = board.fob.operations;
  let compaction = 0;
  const report = (progress: Progress) => {
    context.report(progress);
    if (progress.event === 'compacting') compaction = board.fob.operations - before;
  };
  const { files } = await updated({ ...context, report }, board, image);
  expect(files?.isCompacted).toBe(true);
  const operations = board.fob.operations - before;
  expect(operations).toBeGreaterThan(100);
  board.fob.close();

  let erased = 0;
  // The sample always includes some of the compaction.
  const within = [2, 4, 8].map(behind => compaction + behind);
  for (const at of new Set([...cuts(operations), ...within])) {
    board = new Board('pico', {}, copyOf(rest));
    board.fob.cutPowerAtOperation(at);
    await cutShort(updated(context, board, image));
    board.repower();
    if (board.fob.consoleText().includes('Storage is corrupt')) erased++;
    expect((await updated(context, board, image)).firmware).toBe('0.2.7');
    expect(await accountsOn(context, board), `cut ${at}`).toEqual(LABELS);
    expect((await onFob(board, fob => list(context, fob))).accounts).toHaveLength(LABELS.length);
    board.fob.close();
  }
  // Cuts inside the compaction, which lose all of Storage.
  expect(erased).toBeGreaterThan(0);
});
