import { type Flashed, InterpreterSide } from './interpreter-side.ts';
import { Recorder } from './recorder.ts';
import { play, type Step, stepsOf } from './scenario.ts';
import type { Side } from './side.ts';
import { SimulatorSide } from './simulator-side.ts';

/** Lines shown before and after the first difference. */
const AROUND = 6;
const LINE_CHARS = 400;
/** Time that a failure may cost to become shorter. */
const SHRINK_MS = 60_000;

const FAILED = 'failed:';

/** What both sides did in one run of the same steps. */
interface Run {
  readonly simulator: readonly string[];
  readonly interpreter: readonly string[];
  /** Index of the first line that differs; -1 where none does. */
  readonly at: number;
}

async function trace(steps: readonly Step[], make: () => Promise<Side>): Promise<readonly string[]> {
  const side = await make();
  try {
    const recorder = new Recorder(side);
    try {
      await play(steps, recorder);
    } catch (error) {
      recorder.lines.push(`${FAILED} ${error instanceof Error ? error.message : String(error)}`);
    }
    return recorder.lines;
  } finally {
    await side.close();
  }
}

/** Returns the first line that differs, or that reports a failure of a side or of this program; -1 for none. */
function differenceOf(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    if (a[at] !== b[at] || a[at]?.startsWith(FAILED)) return at;
  }
  return -1;
}

async function run(steps: readonly Step[], flashed: Flashed): Promise<Run> {
  const [simulator, interpreter] = await Promise.all([
    trace(steps, async () => new SimulatorSide(flashed.version)),
    trace(steps, () => InterpreterSide.make(flashed)),
  ]);
  return { simulator, interpreter, at: differenceOf(simulator, interpreter) };
}

/** Number of the step in which a line stands, from 1; 0 before the first. */
function stepAt(lines: readonly string[], at: number): number {
  const titles = lines.slice(0, at + 1).filter(line => line.startsWith('- '));
  return titles.length - 1;
}

/** Leaves out steps, from the last to the first, as long as the sides still differ. */
async function shrink(steps: readonly Step[], first: Run, flashed: Flashed): Promise<[readonly Step[], Run]> {
  let shortest = steps;
  let last = first;
  const end = Date.now() + SHRINK_MS;
  for (let leftOut = steps.length - 1; leftOut >= 0 && Date.now() < end; leftOut--) {
    const fewer = shortest.filter((_, i) => i !== leftOut);
    const again = await run(fewer, flashed);
    if (again.at < 0) continue;
    shortest = fewer.slice(0, stepAt(again.simulator, again.at));
    last = again;
    leftOut = Math.min(leftOut, shortest.length);
  }
  return [shortest, last];
}

function around(lines: readonly string[], at: number): string {
  return lines
    .slice(Math.max(0, at - AROUND), at + AROUND)
    .map((line, i) => `${i === Math.min(at, AROUND) ? '>>' : '  '} ${line.slice(0, LINE_CHARS)}`)
    .join('\n');
}

/** Result of one scenario. */
export interface Comparison {
  readonly lines: number;
  /** Description of the first difference; undefined where there is none. */
  readonly difference: string | undefined;
}

/** Compares the sides over the scenario of a seed. */
export async function compare(seed: number, count: number, flashed: Flashed): Promise<Comparison> {
  const { lines, difference } = await compareSteps(stepsOf(seed, count), flashed);
  return { lines, difference: difference && `Seed ${seed}, ${count} steps: ${difference}` };
}

export async function compareSteps(steps: readonly Step[], flashed: Flashed): Promise<Comparison> {
  const all = await run(steps, flashed);
  if (all.at < 0) return { lines: all.simulator.length, difference: undefined };
  const step = Math.max(stepAt(all.simulator, all.at), stepAt(all.interpreter, all.at));
  const [shortest, last] = await shrink(steps.slice(0, step), all, flashed);
  const text = [
    `the sides differ in step ${step}.`,
    `The shortest scenario that still differs: ${JSON.stringify(shortest)}`,
    `The simulator:\n${around(last.simulator, last.at)}`,
    `${flashed.title}:\n${around(last.interpreter, last.at)}`,
  ];
  return { lines: all.simulator.length, difference: text.join('\n') };
}
