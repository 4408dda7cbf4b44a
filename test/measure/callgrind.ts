import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchAnswer, Interpreter } from '../kit/interpreter.ts';

/** The native function that the bench calls at a mark (`firmware/boards/bench/display.ts`). */
const MARK = 'jswrap_espruino_kickWatchdog';

/** Instructions of one order: what the core did before it drew and after, and what the drawing cost. */
export interface Cost {
  readonly core: number;
  readonly drawing: number;
  readonly answer: BenchAnswer;
}

/** The bench under callgrind, which counts the instructions between one mark and the next. */
export class Counted {
  private readonly interpreter: Interpreter;
  private readonly out: string;
  dumps = 0;

  constructor(valgrind: string, binary: string, folder: string) {
    this.out = join(folder, 'callgrind.out');
    const options = ['--tool=callgrind', '--dump-line=no', `--callgrind-out-file=${this.out}`, `--dump-before=${MARK}`];
    this.interpreter = new Interpreter([valgrind, ...options, binary], folder);
  }

  async start(): Promise<void> {
    await this.interpreter.start('memory');
  }

  /** Instructions up to each mark since the last order. */
  private counts(): number[] {
    const counts: number[] = [];
    for (;;) {
      const path = `${this.out}.${this.dumps + 1}`;
      if (!existsSync(path)) return counts;
      const text = readFileSync(path, 'latin1');
      counts.push(Number(/^totals: (\d+)/m.exec(text)?.[1]));
      if (!process.env.KEEP) rmSync(path);
      this.dumps++;
    }
  }

  async order(order: Record<string, unknown>): Promise<Cost> {
    const answer = await this.interpreter.order(order);
    // From the order before, or the boot, to the first mark; what a mark costs; then the work in between.
    const [, empty = 0, ...work] = this.counts();
    if (process.env.KEEP) console.log(JSON.stringify(order), work.map(w => w - empty).join(' '));
    const cost = { core: 0, drawing: 0, answer };
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
