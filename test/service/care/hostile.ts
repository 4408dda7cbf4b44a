import type { Tamper } from '../agents/kit.ts';

/** How a relay treats a message with bytes of a fob. */
export type Act =
  | 'pass'
  | 'drop'
  | 'double'
  | 'replay'
  | 'reorder'
  | 'delay'
  | 'spoil'
  | 'swap'
  | 'cut'
  | 'withhold';

export const ATTACKS: readonly Act[] = [
  'drop',
  'double',
  'replay',
  'reorder',
  'delay',
  'spoil',
  'swap',
  'cut',
  'withhold',
];

/** Messages that a delayed one arrives behind. */
const DELAY = 4;

/** One direction of a relay that treats each message with bytes by an act, over and over. */
export class Hostile {
  /** Set by the test: what the relay does to cut its connection. */
  cut: () => void = () => undefined;
  private readonly acts: readonly Act[];
  private readonly carried: string[];
  private held: { readonly text: string; at: number } | undefined;
  private count = 0;
  private isWithholding = false;

  /** @param carried messages of this and of earlier connections, which it replays, and adds to */
  constructor(acts: readonly Act[], carried: string[]) {
    this.acts = acts;
    this.carried = carried;
  }

  readonly tamper: Tamper = text => {
    if (!text.includes('"bytes"')) return text;
    const nth = this.count++;
    this.carried.push(text);
    const late = this.held !== undefined && this.held.at <= nth ? [this.held.text] : [];
    if (late.length > 0) this.held = undefined;
    return this.isWithholding ? [] : [...this.act(text, nth), ...late];
  };

  private act(text: string, nth: number): readonly string[] {
    switch (this.acts[nth % this.acts.length]) {
      case 'drop':
        return [];
      case 'double':
        return [text, text];
      case 'replay':
        return [this.carried[Math.floor(this.carried.length / 2)] ?? text, text];
      case 'reorder':
      case 'delay':
        return this.hold(text, nth + (this.acts[nth % this.acts.length] === 'delay' ? DELAY : 1));
      case 'spoil':
        return [text.replace(/(?<=~.{8})[A-Za-z0-9+/]{4}/, 'AAAA')];
      case 'swap':
        // The relay has two fobs, with the numbers 0 and 1.
        return [text.replace(/"fob":([01])/, (_, fob: string) => `"fob":${1 - Number(fob)}`)];
      case 'cut':
        this.cut();
        return [];
      case 'withhold':
        this.isWithholding = true;
        return [];
      default:
        return [text];
    }
  }

  private hold(text: string, at: number): readonly string[] {
    const before = this.held === undefined ? [] : [this.held.text];
    this.held = { text, at };
    return before;
  }
}
