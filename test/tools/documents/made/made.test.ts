import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, textFiles } from '../../tidy/files.ts';
import { UNWRITTEN } from './part.ts';
import { bytesByHand, placesIn, withMade } from './places.ts';
import { madeFiles, madeParts } from './registry.ts';

/** Set by `npm run docs`, which writes the parts instead of comparing them. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

/** What may be written by hand in all documents together, in bytes, but for the changes and the list of the ASVS. */
const BYTES_BY_HAND_MAX = 428_500;
const NOT_COUNTED = /^(?:CHANGELOG|docs\/asvs)\.md$/;

const documents = textFiles.filter(({ path }) => path.endsWith('.md'));
const withPlaces = documents.filter(({ text }) => placesIn(text).length > 0);

function isCurrent(path: string, made: string): void {
  const place = join(root, path);
  const stored = existsSync(place) ? readFileSync(place, 'utf8') : '';
  if (mayWrite && stored !== made) writeFileSync(place, made);
  else expect(stored).toBe(made);
}

it.each(withPlaces)(
  'each made part of $path is what the code gives; npm run docs writes them',
  async ({ path, text }) => {
    const made = await withMade(text, madeParts);
    isCurrent(path, made);
    const parts = placesIn(made).map(({ content }) => content);
    expect(parts.join(''), 'A cell of a table is to be written by hand.').not.toContain(UNWRITTEN);
  },
);

it.each(madeFiles)('$path is what the code gives; npm run docs writes it', ({ path, make }) => {
  isCurrent(path, make());
});

it('each made part stands in one place of the documents, and each place holds a part that is made', () => {
  const places = withPlaces.flatMap(({ text }) => placesIn(text).map(({ name }) => name));
  expect(places.sort()).toEqual(madeParts.map(({ name }) => name).sort());
});

it('the documents hold few bytes that a person has to write and read', async () => {
  const counts = await Promise.all(
    documents
      .filter(({ path }) => !NOT_COUNTED.test(path))
      .map(async ({ path, text }) => ({ path, bytes: await bytesByHand(text, madeParts) })),
  );
  const sum = counts.reduce((total, { bytes }) => total + bytes, 0);
  const longest = counts
    .sort((one, other) => other.bytes - one.bytes)
    .map(({ path, bytes }) => `${bytes} ${path}`);
  expect(sum, longest.join('\n')).toBeLessThanOrEqual(BYTES_BY_HAND_MAX);
});
