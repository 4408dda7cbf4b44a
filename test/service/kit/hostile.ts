import type { Tamper } from '../agents/kit.ts';

/** How a relay treats the nth message of one direction. @returns the texts that arrive */
type Deed = (text: string, nth: number) => readonly string[];

/** One direction of a relay that treats each message by an act, over and over. */
export class Hostile {
  private readonly acts: readonly string[];
  private readonly carried: string[];
  private readonly deeds: Readonly<Record<string, Deed>>;
  private held: { readonly text: string; readonly at: number } | undefined;
  private count = 0;

  /** @param carried messages with bytes of this and of earlier connections, which it replays, and adds to */
  constructor(acts: readonly string[], carried: string[], more: Readonly<Record<string, Deed>> = {}) {
    this.acts = acts;
    this.carried = carried;
    this.deeds = {
      drop: () => [],
      double: text => [text, text],
      replay: text => [this.carried[Math.floor(this.carried.length / 2)] ?? text, text],
      reorder: (text, nth) => this.hold(text, nth + 1),
      spoil: text => [text.replace(/(?<=~.{8})[A-Za-z0-9+/]{4}/, 'AAAA')],
      ...more,
    };
  }

  /** Treats messages with bytes of a fob, and no others. */
  readonly bytes: Tamper = text => (text.includes('"bytes"') ? this.all(text, this.count++) : text);

  readonly all: Tamper = (text, nth) => {
    if (text.includes('"bytes"')) this.carried.push(text);
    const late = this.held !== undefined && this.held.at <= nth ? [this.held.text] : [];
    if (late.length > 0) this.held = undefined;
    return [...(this.deeds[this.acts[nth % this.acts.length] ?? '']?.(text, nth) ?? [text]), ...late];
  };

  /** Lets a message arrive behind the nth one. */
  hold(text: string, at: number): readonly string[] {
    const before = this.held === undefined ? [] : [this.held.text];
    this.held = { text, at };
    return before;
  }
}
