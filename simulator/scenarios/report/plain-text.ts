import { visible } from '@passfob/protocol/trace/text';
import { COLUMN_CHARS_MAX } from '../base/limits.ts';
import type { ScenarioFailure, ScenarioResult } from '../run.ts';

/** A scenario file with what became of it: its result, or why it could not be read. */
export interface FileResult {
  /** As it was given. */
  readonly file: string;
  readonly result: ScenarioResult | undefined;
  /** With line and column, where it could not be read. */
  readonly unreadable:
    | { readonly line: number; readonly column: number; readonly sentence: string }
    | undefined;
  /** Time of this computer. */
  readonly ms: number;
}

/** Two columns of lines beside each other; one alone where nothing is to be compared. */
function beside(expected: readonly string[] | undefined, shown: readonly string[]): string[] {
  if (expected === undefined) return ['shown', ...shown];
  const width = Math.min(COLUMN_CHARS_MAX, Math.max(8, ...expected.map(line => line.length)));
  const rows = Array.from({ length: Math.max(expected.length, shown.length) }, (_, row) => [
    expected[row] ?? '',
    shown[row] ?? '',
  ]);
  return [['expected', 'shown'], ...rows].map(([left = '', right = '']) =>
    `${left.padEnd(width)} | ${right}`.trimEnd(),
  );
}

/** Says where and why a scenario failed, with the screen beside the expected one. */
export function failureLines(file: string, failure: ScenarioFailure): string[] {
  const { line, column, step, sentence, expected, shown } = failure;
  const compared = shown === undefined && expected === undefined ? [] : beside(expected, shown ?? []);
  return [`${file}:${line}:${column}  ${step}`, ...[sentence, ...compared].map(text => `  ${text}`)];
}

/** One line for each file, and those of a failure below it, for a terminal. */
export function fileLines(found: FileResult): string[] {
  return linesAbout(found).map(visible);
}

function linesAbout({ file, result, unreadable, ms }: FileResult): string[] {
  if (unreadable !== undefined) {
    const { line, column, sentence } = unreadable;
    return [`unreadable  ${file}`, `  ${file}:${line}:${column}  ${sentence}`];
  }
  if (result === undefined) return [];
  const word = result.passed ? 'passed' : 'failed';
  const lines = result.failure === undefined ? [] : failureLines(file, result.failure);
  return [`${word}  ${file}  ${result.title} (${Math.round(ms)} ms)`, ...lines.map(line => `  ${line}`)];
}

/** `3 passed, 1 failed`, and how to repeat what failed. */
export function summary(results: readonly FileResult[]): string {
  const passed = results.filter(({ result }) => result?.passed === true).length;
  const failed = results.filter(({ result }) => result?.passed === false);
  const unreadable = results.filter(one => one.unreadable !== undefined).length;
  const seeds = [...new Set(failed.map(({ result }) => result?.seed))];
  const repeat = seeds.length === 0 ? '' : `; to repeat it: --seed ${seeds.join(' or --seed ')}`;
  return `${passed} passed, ${failed.length} failed${unreadable === 0 ? '' : `, ${unreadable} unreadable`}${repeat}`;
}
