import type { Area } from './canvas.ts';

interface DrawnText {
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
  #entries: DrawnText[] = [];

  clear(): void {
    this.#entries = [];
  }

  painted(area: Area): void {
    const [left, right] = [Math.min(area.x1, area.x2), Math.max(area.x1, area.x2)];
    const [top, bottom] = [Math.min(area.y1, area.y2), Math.max(area.y1, area.y2)];
    const stays = ({ centreX, centreY }: DrawnText) =>
      centreX < left || centreX > right || centreY < top || centreY > bottom;
    if (!this.#entries.every(stays)) this.#entries = this.#entries.filter(stays);
  }

  drew(text: string, x: number, y: number, width: number, height: number): void {
    if (text.trim() === '') return;
    this.#entries.push({ text, x, y, centreX: x + width / 2, centreY: y + height / 2 });
  }

  /** Strings from top to bottom, then left to right. */
  lines(): string[] {
    return ordered(this.#entries);
  }

  /**
   * Takes the strings of this moment; the returned function puts them in order. A display changes far more often than
   * somebody reads it.
   */
  taken(): () => readonly string[] {
    const entries = this.#entries;
    // Later drawings only add to it: whatever removes a string begins another list.
    const count = entries.length;
    let lines: readonly string[] | undefined;
    return () => {
      lines ??= ordered(entries.slice(0, count));
      return lines;
    };
  }
}

function ordered(entries: readonly DrawnText[]): string[] {
  return [...entries].sort((a, b) => a.y - b.y || a.x - b.x).map(entry => entry.text);
}
