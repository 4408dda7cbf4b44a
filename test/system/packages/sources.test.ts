import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { imagesAreFresh, recordImages } from '@passfob/firmware/build/fresh';
import { difference, leftoversIn, sourcesIn } from '@passfob/firmware/build/sources';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';

/** A package with these files, each of which holds its own name. */
function part(...paths: readonly string[]): string {
  const folder = temporaryFolder('sources');
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  return folder;
}

it('the build drops the output of a removed source and old source maps, and nothing else', () => {
  const made = ['a.js', 'a.js.map', 'a.d.ts', 'in/b.js', 'page.js', 'gone.js', 'gone.js.map', 'in/gone.d.ts'];
  const others = [
    'image/pico/app.js',
    'portal/main-X.js',
    'test/node.js',
    'sources.json',
    'tsconfig.tsbuildinfo',
  ];
  const folder = part('a.ts', 'in/b.ts', 'page.js', ...[...made, ...others].map(path => `dist/${path}`));
  expect(leftoversIn(folder)).toEqual(['a.js.map', 'gone.js', 'gone.js.map', 'in/gone.d.ts']);
});

it('a source that was changed, added or removed since the build is named', () => {
  const folder = part('a.ts', 'in/b.ts', 'font.txt', 'README.md', 'dist/a.js', 'node_modules/c/c.js');
  const built = sourcesIn(folder);
  expect(Object.keys(built)).toEqual(['a.ts', 'font.txt', 'in/b.ts']);
  expect(difference(built, sourcesIn(folder))).toBeUndefined();
  writeFileSync(join(folder, 'in/b.ts'), 'changed');
  expect(difference(built, sourcesIn(folder))).toBe('in/b.ts');
  writeFileSync(join(folder, 'in/b.ts'), 'in/b.ts');
  writeFileSync(join(folder, 'new.ts'), 'new');
  expect(difference(built, sourcesIn(folder))).toBe('new.ts');
  rmSync(join(folder, 'new.ts'));
  rmSync(join(folder, 'a.ts'));
  expect(difference(built, sourcesIn(folder))).toBe('a.ts');
});

it('the images are built again where a source, a setting or an image has changed', () => {
  const folder = part(
    'tsconfig.base.json',
    'protocol/frame.ts',
    'firmware/core/fob.ts',
    'firmware/README.md',
    'firmware/dist/image/pico/app',
    'firmware/dist/image/pico/manifest.json',
  );
  expect(imagesAreFresh(folder)).toBe(false);
  recordImages(folder);
  expect(imagesAreFresh(folder)).toBe(true);
  writeFileSync(join(folder, 'firmware/README.md'), 'no source');
  expect(imagesAreFresh(folder)).toBe(true);
  for (const path of ['tsconfig.base.json', 'protocol/frame.ts', 'firmware/dist/image/pico/app']) {
    writeFileSync(join(folder, path), 'changed');
    expect(imagesAreFresh(folder), path).toBe(false);
    writeFileSync(join(folder, path), path);
    expect(imagesAreFresh(folder), path).toBe(true);
  }
  rmSync(join(folder, 'firmware/dist/image/pico'), { recursive: true });
  expect(imagesAreFresh(folder)).toBe(false);
});
