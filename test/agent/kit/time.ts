import type { Time } from 'passfob/agent/base/time';

/** A clock that goes when it is told to. */
export class ManualTime implements Time {
  private nowMs = Date.UTC(2026, 0, 1);
  private readonly due: Set<{ readonly atMs: number; readonly run: () => void }> = new Set();

  readonly now = () => this.nowMs;
  readonly chance = () => 1;
  readonly after = (ms: number, run: () => void) => {
    const entry = { atMs: this.nowMs + ms, run };
    this.due.add(entry);
    return () => void this.due.delete(entry);
  };

  /** Lets so much time pass, and calls what is due, in order. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.due].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.due.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = endMs;
  }

  /** The computer sleeps so long: nothing is called, and then everything that was due, late. */
  sleep(ms: number): void {
    this.nowMs += ms;
    this.advance(0);
  }

  /** Whether something is to be called after just so long from now. */
  isDueIn(ms: number): boolean {
    return [...this.due].some(({ atMs }) => atMs === this.nowMs + ms);
  }

  /** How many are to be called yet. */
  get pending(): number {
    return this.due.size;
  }
}

/** Looks again and again until something holds: what the system does in between takes its own time. */
export async function until(holds: () => boolean, what = 'something that was waited for'): Promise<void> {
  for (let looks = 0; !holds(); looks++) {
    if (looks > 4_000) throw new Error(`${what} did not come`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
