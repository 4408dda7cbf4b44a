import type { Area } from './canvas.ts';

interface Entry {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly centreX: number;
  readonly centreY: number;
}

/**
 * The visible strings of a Graphics, for people and tests that cannot see pixels. A filled rectangle removes the
 * strings whose centre it covers.
 */
export class TextLog {
  #entries: Entry[] = [];

  clear(): void {
    this.#entries = [];
  }

  painted(area: Area): void {
    const [left, right] = [Math.min(area.x1, area.x2), Math.max(area.x1, area.x2)];
    const [top, bottom] = [Math.min(area.y1, area.y2), Math.max(area.y1, area.y2)];
    this.#entries = this.#entries.filter(
      ({ centreX, centreY }) => centreX < left || centreX > right || centreY < top || centreY > bottom,
    );
  }

  drew(text: string, x: number, y: number, width: number, height: number): void {
    if (text.trim() === '') return;
    this.#entries.push({ text, x, y, centreX: x + width / 2, centreY: y + height / 2 });
  }

  /** Strings from top to bottom, then left to right. */
  lines(): string[] {
    return [...this.#entries].sort((a, b) => a.y - b.y || a.x - b.x).map(entry => entry.text);
  }
}
