import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { needsBuilt } from '../../kit/built.ts';
import { countOf, LONG } from '../../kit/counts.ts';
import { itNeeds } from '../../kit/tools.ts';
import { attacks, type Input } from '../../service/flood/attacks.ts';
import { health, needsLinux } from '../../service/flood/kit.ts';
import { Siege } from './siege.ts';

const SECONDS = countOf(30, 300);
// Other tests keep the machine busy.
vi.setConfig({ testTimeout: SECONDS * 4_000 + 300_000 });

const HEAP_MIB = 512;
const SOURCES = 200;
const ATTACKERS = 6;
/** Log-ins during each half. */
const LOG_INS_LEAST = 5;
/** Inputs that the attackers keep open: more than the service has places for one source. */
const KEPT = 1_200;
const LOG_IN_MS = 250;

/** Sends the worst inputs of all doors in turn until it is over, and keeps the newest connections open. */
async function attackUntil(
  isOver: () => boolean,
  siege: Siege,
  from: (nth: number) => string,
): Promise<number> {
  const all = Object.values(attacks).flatMap(variants => Object.values(variants));
  const kept: Input[] = [];
  let count = 0;
  const work = async () => {
    while (!isOver()) {
      const nth = count++;
      const attack = all[nth % all.length];
      // A refused connection is no more than that.
      const input = await attack?.(siege.target, from(nth)).catch(() => undefined);
      if (input !== undefined) kept.push(input);
      if (kept.length > KEPT) kept.shift()?.connection?.socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: ATTACKERS }, work));
  for (const { connection } of kept) connection?.socket.destroy();
  return count;
}

const built = needsBuilt('host/dist/program/cli/main.js', 'service/dist/portal/portal.json');
const needs = { name: `${built.name} and ${needsLinux.name}`, found: built.found && needsLinux.found };

describe('a node of 512 MB', LONG, () => {
  itNeeds(
    needs,
    `lives through ${SECONDS} seconds of the worst inputs of all doors, from one address and from ${SOURCES}, and logs others in`,
    async () => {
      await using siege = await Siege.begin(HEAP_MIB);
      const results: Awaited<ReturnType<Siege['logIn']>>[] = [];
      const logInUntil = async (isOver: () => boolean) => {
        while (!isOver()) {
          results.push(await siege.logIn(results.length));
          await wait(LOG_IN_MS);
        }
      };
      const inputs: number[] = [];
      for (const from of [() => '127.0.0.2', (nth: number) => `127.0.2.${1 + (nth % SOURCES)}`]) {
        const endMs = performance.now() + (SECONDS * 1_000) / 2;
        const least = results.length + LOG_INS_LEAST;
        // A busy machine takes longer.
        const isOver = () => performance.now() > endMs && results.length >= least;
        const both = Promise.all([attackUntil(isOver, siege, from), logInUntil(isOver)]);
        inputs.push((await Promise.race([both, siege.died()]))[0]);
      }
      expect(await health(siege.target.url)).toBe(200);
      const times = results.map(({ ms }) => ms).sort((one, other) => one - other);
      const [p50, p99] = [0.5, 0.99].map(part => Math.round(times[Math.floor(times.length * part)] ?? 0));
      // A figure, no bound: a busy machine is late, and so are its log-ins.
      console.log(`${inputs.join(' and ')} inputs, ${times.length} log-ins: p50 ${p50} ms, p99 ${p99} ms`);
      expect(results.filter(({ accepted, again }) => !accepted || again)).toEqual([]);
    },
  );
});
