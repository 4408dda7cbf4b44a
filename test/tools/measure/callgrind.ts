import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchAnswer, Interpreter } from '../../kit/interpreter.ts';

/** The native function that the bench calls at a mark (`firmware/boards/bench/display.ts`). */
const MARK = 'jswrap_espruino_kickWatchdog';

/** Instructions of one order: those of the core before it drew and after, and those of the drawing. */
export interface Cost {
  readonly core: number;
  /** Instructions of the core before it first drew. */
  readonly before: number;
  readonly drawing: number;
  readonly answer: BenchAnswer;
}

/** Returns the instructions up to each mark that callgrind has dumped, from dump number `from` on. */
function countsOf(out: string, from: number): number[] {
  const counts: number[] = [];
  for (let path = `${out}.${from}`; existsSync(path); path = `${out}.${from + counts.length}`) {
    counts.push(Number(/^totals: (\d+)/m.exec(readFileSync(path, 'latin1'))?.[1]));
    rmSync(path);
  }
  return counts;
}

function commandOf(valgrind: string, binary: string, out: string): string[] {
  const options = ['--tool=callgrind', '--dump-line=no', `--callgrind-out-file=${out}`];
  return [valgrind, ...options, `--dump-before=${MARK}`, binary];
}

/** Counts the instructions of an expression, once a script has defined everything it names. */
export async function countExpression(
  valgrind: string,
  binary: string,
  folder: string,
  { script, expression }: { script: string; expression: string },
): Promise<number> {
  const out = join(folder, 'callgrind.expression');
  const mark = 'E.kickWatchdog();';
  await new Interpreter(commandOf(valgrind, binary, out), folder).run(
    `${script}\n${mark}${mark}\n${expression};${mark}\nquit();`,
    /Uncaught/,
  );
  const [, empty = 0, work = 0] = countsOf(out, 1);
  return work - empty;
}

/** The bench under callgrind, which counts the instructions between one mark and the next. */
export class Counted {
  private readonly interpreter: Interpreter;
  private readonly out: string;
  private dumps = 0;

  constructor(valgrind: string, binary: string, folder: string) {
    this.out = join(folder, 'callgrind.out');
    this.interpreter = new Interpreter(commandOf(valgrind, binary, this.out), folder);
  }

  async start(): Promise<void> {
    await this.interpreter.start({ isStill: true });
  }

  async order(order: Record<string, unknown>): Promise<Cost> {
    const answer = await this.interpreter.order(order);
    // From the order before, or the boot, to the first mark; the cost of a mark; then the work in between.
    const counts = countsOf(this.out, this.dumps + 1);
    this.dumps += counts.length;
    const [, empty = 0, ...work] = counts;
    const cost = { core: 0, before: (work[0] ?? 0) - empty, drawing: 0, answer };
    work.forEach((count, i) => {
      // Core, drawing, core, and so on.
      cost[i % 2 ? 'drawing' : 'core'] += count - empty;
    });
    return cost;
  }

  async quit(): Promise<void> {
    await this.interpreter.quit();
  }
}
