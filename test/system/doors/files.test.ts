import { expect, it } from 'vitest';
import { codeFiles } from '../../tools/tidy/files.ts';
import { fileDoors, TRUSTED_READERS } from './files.ts';

/** Calls that read or open files, of Node and of our own readers, and uses of standard input. */
const READS =
  /\b(?:readFile|readFileSync|openSync|openAsBlob|createReadStream|readSync|readvSync|readLines|readWhole|readFirstLine|readPieces|readPlainFile|openStream|readAtMost|scenarioText)\s*\(|\bopen\(\s*\w+,\s*['"]|\.stdin\b/;
/** Parts that people run; `firmware` and `protocol` have no files. */
const PARTS = /^(?:host|service|simulator|emulator|demo)\//;
const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

const readers = codeFiles
  .filter(({ path, text }) => PARTS.test(path) && READS.test(text.replace(COMMENTS, '')))
  .map(({ path }) => path);
const named = new Set([...fileDoors.flatMap(({ files }) => files), ...Object.keys(TRUSTED_READERS)]);

it('every source that reads a file or standard input stands in a row, or in the list of our own', () => {
  expect(readers.filter(path => !named.has(path))).toEqual([]);
  expect(readers.length).toBeGreaterThan(50);
});

it('a row and the list name only sources that read', () => {
  const present = new Set(codeFiles.map(({ path }) => path));
  expect([...named].filter(path => !present.has(path))).toEqual([]);
  expect(Object.keys(TRUSTED_READERS).filter(path => !readers.includes(path))).toEqual([]);
});
