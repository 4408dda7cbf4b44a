import type { SimulatedFob } from '../../base/fob.ts';
import type { World } from '../base/world.ts';

/** Stands for any number of lines. */
const ANY_LINES = '...';

/** Returns the pattern of a text between slashes. @throws SyntaxError */
export function patternOf(wanted: string): RegExp | undefined {
  const inner = /^\/(.+)\/$/s.exec(wanted)?.[1];
  return inner === undefined ? undefined : new RegExp(inner);
}

function isLine(wanted: string, line: string | undefined): boolean {
  return line !== undefined && (patternOf(wanted)?.test(line) ?? wanted === line);
}

/** Whether lines are those of a list, in which `...` stands for any lines and `/…/` is a regular expression. */
export function areLines(wanted: readonly string[], lines: readonly string[]): boolean {
  // Numbers of lines that the list so far may stand for.
  let counts = [0];
  for (const one of wanted) {
    counts =
      one === ANY_LINES
        ? Array.from({ length: lines.length + 1 }, (_, count) => count).slice(counts[0] ?? lines.length + 1)
        : counts.filter(count => isLine(one, lines[count])).map(count => count + 1);
  }
  return counts.includes(lines.length);
}

/** Whether the screen has a text, in one line or across several. */
export function screenHas(world: World, wanted: string): boolean {
  const words = world.words();
  return patternOf(wanted)?.test(words) ?? words.includes(wanted);
}

/** Returns the lines on the display, for a report. */
export function shownBy(fob: SimulatedFob): readonly string[] {
  if (!fob.powered) return ['(the power is off)'];
  const { on, text } = fob.screen();
  return on ? text : ['(the display is off)'];
}
