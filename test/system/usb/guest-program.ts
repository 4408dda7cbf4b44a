import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Guest } from './guest.ts';

/** A program in the guest, like a child process to its parent. The search for secrets covers its output. */
export class GuestProgram {
  /** Its exit code; null where it was killed. */
  readonly ended: Promise<number | null>;
  private readonly guest: Guest;
  private readonly program: number;
  private readonly said = { out: '', err: '' };
  private readonly watchers = new Set<() => void>();
  private isOver = false;
  private lastAnswer: Promise<unknown> = Promise.resolve();

  private constructor(guest: Guest, program: number) {
    this.guest = guest;
    this.program = program;
    this.ended = new Promise(resolve => {
      const stop = guest.onEvent(event => {
        if (!('program' in event) || event.program !== program) return;
        if (event.event === 'said') this.hear(event.stream, event.text);
        else {
          stop();
          this.isOver = true;
          resolve(event.code);
        }
        for (const look of [...this.watchers]) look();
      });
    });
  }

  /** @param command the path of a program, and its arguments */
  static async start(guest: Guest, ...command: string[]): Promise<GuestProgram> {
    const program = guest.newNumber();
    const started = new GuestProgram(guest, program);
    await guest.ask({ do: 'start', program, command });
    return started;
  }

  private hear(stream: 'out' | 'err', text: string): void {
    this.said[stream] += text;
    const folder = process.env.PASSFOB_OUTPUT_DIR;
    if (folder !== undefined && stream === 'err') appendFileSync(join(folder, 'guest-programs'), text);
  }

  /**
   * Waits for the first match in its output on a stream, behind its first `from` characters.
   * @throws where it ends before, with its output
   */
  heard(stream: 'out' | 'err', pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.said[stream].slice(from));
        if (match === null && !this.isOver) return;
        this.watchers.delete(look);
        if (match !== null) resolve(match);
        else reject(new Error(`it ended without ${pattern}: ${this.said.err}`));
      };
      this.watchers.add(look);
      look();
    });
  }

  /** Writes a line, and returns the next line on standard output. */
  tell(line: string): Promise<string> {
    const answer = this.lastAnswer.then(async () => {
      const from = this.said.out.length;
      await this.guest.ask({ do: 'tell', program: this.program, text: `${line}\n` });
      const [, said = ''] = await this.heard('out', /^(.*)\n/, from);
      return said;
    });
    this.lastAnswer = answer.catch(() => undefined);
    return answer;
  }

  /** Ends its standard input, and waits for its end. */
  async finish(): Promise<number | null> {
    await this.guest.ask({ do: 'tell', program: this.program, text: null });
    return this.ended;
  }

  async kill(): Promise<void> {
    await this.guest.ask({ do: 'kill', program: this.program });
    await this.ended;
  }
}
