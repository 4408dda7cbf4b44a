import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import { place, root, textFiles } from '../tidy/files.ts';
import { fobScreensSvg } from './fob-screens.ts';

const FOLDER = 'docs/images';
const PICTURE_BYTES_MAX = 200 * 1024;
const ALL_BYTES_MAX = 2_500_000;
/** Shorter ones say too little to a reader who does not see the picture. */
const ALT_CHARS_MIN = 30;

const names = readdirSync(join(root, FOLDER));
const documents = textFiles.filter(({ path }) => path.endsWith('.md'));

/** A picture in a document: where, its files, and its text for readers who do not see it. */
interface Shown {
  readonly where: string;
  readonly light: string;
  readonly dark: string | undefined;
  readonly alt: string;
}

const PICTURE =
  /<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">\s*<img src="([^"]+)"[^>]*? alt="([^"]*)"[^>]*>\s*<\/picture>/g;
const IMAGE = /!\[([^\]]*)\]\(([^)\s]*images\/[^)\s]+)\)/g;

const shown: readonly Shown[] = documents.flatMap(file => {
  const pathOf = (link: string) => posix.join(posix.dirname(file.path), link);
  return [
    ...[...file.text.matchAll(PICTURE)].map(({ index, 1: dark = '', 2: light = '', 3: alt = '' }) => ({
      where: place(file, index),
      light: pathOf(light),
      dark: pathOf(dark),
      alt,
    })),
    ...[...file.text.matchAll(IMAGE)].map(({ index, 1: alt = '', 2: light = '' }) => ({
      where: place(file, index),
      light: pathOf(light),
      dark: undefined,
      alt,
    })),
  ];
});

it('every picture that a document names exists, in both colour schemes where it has two files', () => {
  const missing = shown.flatMap(({ where, light, dark }) =>
    [light, ...(dark === undefined ? [] : [dark])]
      .filter(path => !existsSync(join(root, path)))
      .map(path => `${where}: ${path}`),
  );
  expect(missing, 'Run: npm run screenshots').toEqual([]);
  const wrong = shown.filter(({ light, dark }) =>
    light.endsWith('.png')
      ? dark === undefined || dark !== light.replace(/-light\.png$/, '-dark.png')
      : dark !== undefined || !light.endsWith('.svg'),
  );
  expect(wrong, 'A PNG has a file for each scheme, in a <picture>; an SVG has both in one file.').toEqual([]);
});

it('no document shows a picture in a form that this test does not read', () => {
  const others = documents
    .filter(({ path }) => !path.startsWith('test/'))
    .flatMap(file => {
      const rest = file.text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '').replace(PICTURE, '');
      return [...rest.matchAll(/<(?:img|picture|source)\b/g)].map(([tag]) => `${file.path}: ${tag}`);
    });
  expect(others).toEqual([]);
});

it('every picture of a document says in a sentence what it shows', () => {
  const short = shown.filter(({ alt }) => alt.length < ALT_CHARS_MIN || !/^[A-Z“].*[^.]\.$/.test(alt));
  expect(short.map(({ where, alt }) => `${where}: ${alt}`)).toEqual([]);
});

it('every picture in the folder is named by a document', () => {
  const used = new Set(shown.flatMap(({ light, dark }) => [light, dark]));
  const lost = names.filter(name => !used.has(`${FOLDER}/${name}`));
  expect(lost).toEqual([]);
});

it('pictures are small, and so are all of them together', () => {
  const sizes = names.map(name => [name, statSync(join(root, FOLDER, name)).size] as const);
  expect(sizes.filter(([, bytes]) => bytes > PICTURE_BYTES_MAX)).toEqual([]);
  expect(sizes.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThanOrEqual(ALL_BYTES_MAX);
});

it('the two colour schemes of a picture have one size', () => {
  const sizeOf = (name: string) => {
    const { width, height } = decode(readFileSync(join(root, FOLDER, name)));
    return `${width} x ${height}`;
  };
  const light = names.filter(name => name.endsWith('-light.png'));
  const different = light.filter(name => sizeOf(name) !== sizeOf(name.replace('-light', '-dark')));
  expect(different).toEqual([]);
});

it('drawn pictures have a title, both colour schemes and no script', () => {
  for (const name of names.filter(each => each.endsWith('.svg'))) {
    const text = readFileSync(join(root, FOLDER, name), 'utf8');
    expect([name, /<title[^>]*>\S/.test(text), text.includes('prefers-color-scheme: dark')]).toEqual([
      name,
      true,
      true,
    ]);
    expect(text).not.toMatch(/<script|href=|url\(/);
  }
});

it('the picture of the fob’s screens is the one that its firmware draws', () => {
  expect(readFileSync(join(root, FOLDER, 'fob-screens.svg'), 'utf8'), 'Run: npm run screenshots').toBe(
    fobScreensSvg(),
  );
});
