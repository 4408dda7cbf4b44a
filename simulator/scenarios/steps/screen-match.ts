import type { SimulatedFob } from '../../base/fob.ts';
import type { World } from '../base/world.ts';

/** Stands for any number of lines. */
const ANY_LINES = '...';

/** Returns the pattern of a text between slashes. @throws SyntaxError */
export function patternOf(wanted: string): RegExp | undefined {
  const inner = /^\/(.+)\/$/s.exec(wanted)?.[1];
  return inner === undefined ? undefined : new RegExp(inner);
}

function isLine(wanted: string, line: string): boolean {
  return patternOf(wanted)?.test(line) ?? wanted === line;
}

/** Whether lines are those of a list, in which `...` stands for any lines and `/…/` is a regular expression. */
export function areLines(wanted: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return lines.length === 0;
  if (first === ANY_LINES)
    return lines.some((_, at) => areLines(rest, lines.slice(at))) || areLines(rest, []);
  const [line, ...others] = lines;
  return line !== undefined && isLine(first, line) && areLines(rest, others);
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
