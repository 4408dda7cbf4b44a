import type { Time } from 'passfob/agent/base/time';

/** A clock that advances only when it is told to. */
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

  /** Advances time, and calls what is due, in order. */
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

  /** The computer sleeps for so long: nothing is called meanwhile; then everything that was due is called, late. */
  sleep(ms: number): void {
    this.nowMs += ms;
    this.advance(0);
  }

  /** Whether a call is due after exactly so long from now. */
  isDueIn(ms: number): boolean {
    return [...this.due].some(({ atMs }) => atMs === this.nowMs + ms);
  }

  /** The number of pending calls. */
  get pending(): number {
    return this.due.size;
  }
}

/** Checks a condition again and again until it holds: the system takes its own time in between. */
export async function until(holds: () => boolean, what = 'something that was waited for'): Promise<void> {
  for (let looks = 0; !holds(); looks++) {
    if (looks > 4_000) throw new Error(`${what} did not come`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
