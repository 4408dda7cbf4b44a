import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in a part's `dist` that lists the packages of others whose code is inside: their folders in `node_modules`, as JSON. */
const LIST = 'bundled.json';
/** The file in a part's `dist` with their licences. */
const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** Code that these packages contain from elsewhere, or licences that they name only in their files. */
const INSIDE: Readonly<Record<string, string>> = {
  espruino:
    'The headers of its files name the Mozilla Public License 2.0 (http://mozilla.org/MPL/2.0/) instead; the files are\n' +
    'unchanged, and are source code in the form in which their authors publish it.',
  'zxing-wasm':
    'The WebAssembly file is compiled from zxing-cpp (https://github.com/zxing-cpp/zxing-cpp), Apache License 2.0:\n' +
    'https://www.apache.org/licenses/LICENSE-2.0',
};

/** A package of others whose code is in one of ours. */
export interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

interface Package extends Bundled {
  readonly author?: string | { readonly name: string };
  readonly repository?: string | { readonly url: string };
}

/** Returns the notice of one package. @throws Error where the package has no licence file */
function noticeOf(root: string, path: string): string {
  const folder = join(root, 'node_modules', path);
  const { name, version, license, repository } = packageAt(root, path);
  const file = readdirSync(folder).find(one => /^licen[cs]e(?:-\w+)?(?:\.\w+)?$/i.test(one));
  if (file === undefined || license === undefined)
    throw new Error(
      `${name} is bundled and has no licence file: add its text to firmware/build/parts/notices.ts`,
    );
  const from = typeof repository === 'object' ? repository.url : (repository ?? '');
  return [
    `${name} ${version}`,
    `${license}${from === '' ? '' : `, ${from.replace(/^git\+/, '')}`}`,
    ...(INSIDE[name] === undefined ? [] : ['', INSIDE[name]]),
    '',
    readFileSync(join(folder, file), 'utf8').trim(),
  ].join('\n');
}

/** Returns the packages of others whose code a built part contains. */
export function bundledIn(root: string, part: string): Bundled[] {
  return pathsIn(root, part).map(path => packageAt(root, path));
}

function pathsIn(root: string, part: string): string[] {
  const list = join(root, part, 'dist', LIST);
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as string[]).sort() : [];
}

function packageAt(root: string, path: string): Package {
  return JSON.parse(readFileSync(join(root, 'node_modules', path, 'package.json'), 'utf8')) as Package;
}

/**
 * Writes the licences of the packages whose code a built part contains. Does nothing for a part without such code.
 *
 * @param root the folder of the repository
 * @param part its folder
 */
export function writeNotices(root: string, part: string): void {
  const paths = pathsIn(root, part);
  if (paths.length === 0) return;
  const notices = paths.map(path => noticeOf(root, path));
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  const first = 'This package contains code of others, under these licences.';
  writeFileSync(join(root, part, 'dist', NOTICES), `${[first, ...notices].join(rule)}\n`);
}
