import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { needsEspruinosArm } from '../../kit/tools.ts';
import { BUSY } from '../../unit/emulator/board/programs.ts';
import { begin, grouped, spread, spreadOf, withSpread } from './figures/record.ts';
import { answered, startWorker } from './worker.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
/** The aims of docs/performance.md. They hold on a machine that has nothing else to do. */
const MIPS_MIN = 30;
const BOOT_SECONDS_MAX = 3;
const QUIET_LOAD_MAX = 1.5;

/** What `board/worker.mjs` is asked. */
interface Work {
  readonly firmware: Uint8Array;
  readonly image?: 'pico';
  readonly script?: string;
  readonly busyMs?: number;
}

interface Worked {
  readonly instructions: number;
  readonly seconds: number;
  readonly processorSeconds: number;
}

const inProcess = ({ firmware, ...work }: Work): Promise<Worked> =>
  answered(startWorker(new URL('board/worker.mjs', import.meta.url)), {
    ...work,
    firmware: Buffer.from(firmware).toString('base64'),
  });

const million = ({ instructions }: Worked) => instructions / 1e6;

/** Measures work in a process for each round. @returns the row of the table, and the medians */
async function measured(name: string, work: Work) {
  const rounds: Worked[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await inProcess(work));
  const mips = rounds.map(one => million(one) / one.processorSeconds);
  const seconds = rounds.map(one => one.seconds);
  const row = [
    name,
    grouped(spread(rounds.map(million)).median, 1),
    withSpread(mips, '', 1),
    spreadOf(rounds, one => one.processorSeconds, 's', 2),
    withSpread(seconds, 's', 2),
  ];
  return { row, mips: spread(mips).median, seconds: spread(seconds).median };
}

const LOOP = 'for(var i=0,s=0;i<20000;i++)s+=i*3';
const DERIVATION = 'require("crypto").PBKDF2("pass","salt",{keySize:8,iterations:5000,hasher:"SHA256"})';

it('a virtual board executes 30 million instructions a second, and boots within three seconds', async () => {
  const { name, found } = needsEspruinosArm();
  const record = begin('board');
  const program = await measured('a small loop over memory, without Espruino', {
    firmware: BUSY,
    busyMs: 2000,
  });
  const rows = [program.row];
  const speeds = [program.mips];
  const boots: number[] = [];
  if (found === undefined) console.log(`Without ${name} only a program of the tests is measured.`);
  for (const path of found ?? []) {
    const firmware = new Uint8Array(readFileSync(path));
    const version = /\dv[\d.]*\d/.exec(basename(path))?.[0] ?? 'Espruino';
    const kinds: readonly (readonly [string, Work])[] = [
      ['power on → prompt', { firmware }],
      ['power on → display, the pico image', { firmware, image: 'pico' }],
      ['a loop in JavaScript', { firmware, script: LOOP }],
      ['PBKDF2, 5,000 rounds', { firmware, script: DERIVATION }],
    ];
    for (const [title, work] of kinds) {
      const { row, mips, seconds } = await measured(`${version}: ${title}`, work);
      rows.push(row);
      if (work.script === undefined) boots.push(seconds);
      else speeds.push(mips);
    }
  }
  const instructions = 'million instructions | million for each second of processor time';
  record({ tables: [[`virtual board | ${instructions} | processor time | time of the clock`, rows]] });
  if ((loadavg()[0] ?? 0) > QUIET_LOAD_MAX) return;
  expect(Math.min(...speeds)).toBeGreaterThan(MIPS_MIN);
  for (const seconds of boots) expect(seconds).toBeLessThan(BOOT_SECONDS_MAX);
});
