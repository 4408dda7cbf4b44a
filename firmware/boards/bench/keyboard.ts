import type { Keyboard } from '../../core/base/ports.ts';

/** A keyboard whose reports are kept for whoever asks. */
export class BenchKeyboard implements Keyboard {
  readonly ready: boolean;
  readonly typed: number[];

  constructor() {
    this.ready = true;
    this.typed = [];
  }

  report(usage: number): boolean {
    this.typed.push(usage);
    return true;
  }
}
