import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const document = readFileSync(`${root}docs/asvs.md`, 'utf8');

/** A test that a point of the checklist names: its file and, if given, the beginning of its title. */
interface Named {
  readonly path: string;
  readonly title: string | undefined;
}

function namedIn(text: string): Named[] {
  return [...text.matchAll(/`(test\/[\w./-]+\.(?:test|bench)\.ts)`(?: “([^”]+)”)?/g)].map(
    ([, path = '', title]) => ({ path, title }),
  );
}

function isThere({ path, title }: Named): boolean {
  if (!existsSync(root + path)) return false;
  const text = readFileSync(root + path, 'utf8');
  return title === undefined || ["'", '`', '"'].some(quote => text.includes(`${quote}${title}`));
}

test('every test that docs/asvs.md names exists under its title', () => {
  const all = namedIn(document);
  expect(all.length).toBeGreaterThan(140);
  expect(all.filter(one => !isThere(one))).toEqual([]);
});

test('every point of docs/asvs.md names a test, says that it is not shown, or does not apply', () => {
  const points = document.split('\n').filter(line => line.startsWith('* '));
  const open = points.filter(
    line => namedIn(line).length === 0 && !/[Nn]ot shown|do(?:es)? not apply/.test(line),
  );
  expect(open).toEqual([]);
  expect(points.filter(line => !/^\* \*\*\d[\d., ]*[^*]+\*\*/.test(line))).toEqual([]);
});

test('docs/asvs.md has every chapter of ASVS 5.0', () => {
  const chapters = [...document.matchAll(/^## V(\d+) /gm)].map(([, number]) => Number(number));
  expect(chapters).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
});
