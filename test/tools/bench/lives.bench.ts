import { it } from 'vitest';
import { begin, spreadOf } from './figures/record.ts';
import { type KeptFob, keptFob, LIVES_BOARDS } from './lives/kept.ts';
import { answered, startWorker } from './worker.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const PROCESSES = 2;
const ROUND_MS = 4_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** What a process answers: times in ms, the last one of its processor. */
interface Lived {
  readonly lives: number;
  readonly simulatedMs: number;
  readonly tookMs: number;
  readonly usedMs: number;
}

/** Runs the same lives in processes of their own, at the same time. */
async function together(kept: KeptFob): Promise<Lived[]> {
  const children = Array.from({ length: PROCESSES }, () =>
    startWorker(new URL('lives/worker.mjs', import.meta.url)),
  );
  try {
    return await Promise.all(children.map(child => answered<Lived>(child, { kept, forMs: ROUND_MS })));
  } finally {
    for (const child of children) child.disconnect();
  }
}

/** Returns the simulated hours a minute of all processes, by a time of each. */
const hoursAMinute = (lived: readonly Lived[], time: (one: Lived) => number) =>
  lived.reduce((sum, one) => sum + one.simulatedMs / HOUR_MS / (time(one) / MINUTE_MS), 0);

it('fobs live days of 24 hours, with a passcode every ten minutes', async () => {
  const record = begin('lives');
  const rows: string[][] = [];
  for (const board of LIVES_BOARDS) {
    const kept = await keptFob(board);
    const rounds: Lived[][] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await together(kept));
    rows.push([
      board,
      spreadOf(rounds, lived => hoursAMinute(lived, ({ tookMs }) => tookMs), 'h'),
      spreadOf(rounds, lived => hoursAMinute(lived, ({ usedMs }) => usedMs), 'h'),
      spreadOf(rounds.flat(), ({ lives, usedMs }) => usedMs / lives, 'ms'),
    ]);
  }
  const hours =
    'simulated hours in a minute of the clock | simulated hours in a minute of processor time of each';
  record({ tables: [[`${PROCESSES} processes | ${hours} | processor time of a life`, rows]] });
});
