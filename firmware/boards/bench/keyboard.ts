import type { Keyboard } from '../../core/base/ports.ts';

/** A keyboard that keeps its reports for the control channel. */
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
