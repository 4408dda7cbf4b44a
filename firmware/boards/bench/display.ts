import type { Display } from '../../core/base/ports.ts';
import { DISPLAY_HEIGHT, DISPLAY_WIDTH } from '../limits.ts';

/**
 * Does nothing on Linux. Instruction counters stop at its native function, around the core's work and around its
 * drawing.
 */
export function mark(): void {
  E.kickWatchdog();
}

/** A display of text: the drawn strings, line by line. */
export class BenchDisplay implements Display {
  readonly width: number;
  readonly height: number;
  private drawn: string[];
  private on: boolean;
  /** The strings shown now, in the order in which they were drawn. */
  shown: string[];

  constructor() {
    this.width = DISPLAY_WIDTH;
    this.height = DISPLAY_HEIGHT;
    this.drawn = [];
    this.shown = [];
    this.on = false;
  }

  clear(): void {
    this.drawn = [];
  }

  text(_x: number, _y: number, _size: number, text: string): void {
    if (text !== '') this.drawn.push(text);
  }

  fill(): void {}

  show(): boolean {
    this.shown = this.on ? this.drawn : [];
    mark();
    return true;
  }

  ink(): void {}

  light(): void {}

  power(on: boolean): void {
    mark();
    this.on = on;
  }
}
