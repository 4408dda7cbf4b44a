import { expect, it } from 'vitest';
import { codeFiles } from './files.ts';
import { functionsIn } from './functions.ts';
import { scan } from './scan.ts';

const FILE_LINES_MAX = 700;
/** Nine files of ten are shorter. */
const FILE_LINES_USUAL = 240;
const FUNCTION_LINES_MAX = 60;

const sizes = codeFiles.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));

it(`sizes: a file has at most ${FILE_LINES_MAX} lines`, () => {
  expect(sizes.filter(({ lines }) => lines > FILE_LINES_MAX)).toEqual([]);
});

it(`sizes: nine of ten files have at most ${FILE_LINES_USUAL} lines`, () => {
  const lines = sizes.map(size => size.lines).sort((one, other) => one - other);
  expect(lines[Math.floor(lines.length * 0.9)]).toBeLessThanOrEqual(FILE_LINES_USUAL);
});

it(`sizes: a function has at most ${FUNCTION_LINES_MAX} lines`, () => {
  const long = codeFiles.flatMap(({ path, text }) =>
    functionsIn(scan(text))
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(({ name, line, lines }) => `${path}:${line}: ${name} has ${lines} lines`),
  );
  expect(long).toEqual([]);
});
