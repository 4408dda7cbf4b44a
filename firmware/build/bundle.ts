import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { spellConstants } from './constants.ts';
import { fontBitmap } from './font.ts';
import type { ImageBoard } from './limits.ts';
import { lint } from './lint.ts';
import { quoteShared, renameFields, shortenable } from './names.ts';
import { tokenise } from './tokens.ts';

/** What the interpreter cannot parse and esbuild can be told to lower or to refuse, and what it can though it is newer. */
const SYNTAX = {
  'optional-catch-binding': true,
  'default-argument': false,
  destructuring: false,
  'rest-argument': false,
  'array-spread': false,
  generator: false,
  'async-await': false,
  'async-generator': false,
  'for-await': false,
  'exponent-operator': false,
};

/** Short names that mean something on every object of the device, or to the lint: never given to a property. */
const TAKEN = { at: false, of: false, on: false } as const;

/**
 * Esbuild writes a number in place of its constant only where the constant's module imports nothing. So the numbers
 * of every module come from a module of their own, named after it.
 */
const numbersApart: Plugin = {
  name: 'numbers-apart',
  setup({ onLoad, onResolve }) {
    const constant = /^(export )?const (\w+) = (-?\d\w*);$/gm;
    onResolve({ filter: /\.ts#numbers$/ }, ({ path }) => ({ path, namespace: 'numbers' }));
    onLoad({ filter: /./, namespace: 'numbers' }, ({ path }) => {
      const text = readFileSync(path.slice(0, -'#numbers'.length), 'utf8');
      const lines = [...text.matchAll(constant)].map(
        ([, , name, value]) => `export const ${name} = ${value};`,
      );
      return { contents: lines.join('\n'), loader: 'ts' };
    });
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const written = readFileSync(path, 'utf8');
      const text = /[\\/]firmware[\\/]boards[\\/]/.test(path) ? quoteShared(written) : written;
      const found = [...text.matchAll(constant)];
      const names = found.map(([, , name]) => name);
      const shared = found.filter(([, isExported]) => isExported).map(([, , name]) => name);
      const from = JSON.stringify(`${path}#numbers`);
      const head = `import {${names}} from ${from}; export {${shared}} from ${from};`;
      return { contents: names.length > 0 ? head + text.replace(constant, '') : text, loader: 'ts' };
    });
  },
};

interface Parts {
  readonly define?: Record<string, string>;
  readonly inject?: string[];
}

async function bundle(root: string, entry: string, { define = {}, inject = [] }: Parts): Promise<string> {
  const options = {
    entryPoints: [join(root, 'firmware/boards', entry)],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'neutral',
    external: ['crypto', 'Storage', 'fs'],
    target: 'es2017',
    supported: SYNTAX,
    legalComments: 'none',
    charset: 'ascii',
    define,
    inject,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: 'silent',
    plugins: [numbersApart],
  } as const satisfies BuildOptions;
  const plain = await build(options);
  const mangleProps = shortenable(root, entry, plain.outputFiles[0]?.text ?? '');
  const result = await build({ ...options, minify: true, mangleProps, mangleCache: TAKEN });
  const code = renameFields(result.outputFiles[0]?.text ?? '', result.mangleCache ?? {});
  const faults = lint(code);
  if (faults.length > 0)
    throw new Error(`${entry}: the interpreter cannot run this\n  ${faults.join('\n  ')}`);
  return spellConstants(code);
}

/**
 * The files of a board's image, by their name in the microcontroller's Storage; one character a byte.
 * @param root the package's folder
 * @param encode how code is written into the image
 * @throws Error naming what the interpreter lacks
 */
export async function imageOf(
  root: string,
  board: ImageBoard,
  encode = tokenise,
): Promise<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const app = await bundle(root, `${board}/main.ts`, {
    inject: [join(root, 'firmware/boards/parts/short-names.ts')],
    define: {
      FIRMWARE_VERSION: JSON.stringify(version),
      FONT_BITMAP: JSON.stringify(fontBitmap(join(root, 'firmware/boards/parts/font.txt'))),
    },
  });
  const code = encode(app);
  const crc = crc32(Buffer.from(code, 'latin1')).toString(16).padStart(8, '0');
  // A board may have a loader of its own, for what it shows or has to set early.
  const loader = (file: string) =>
    existsSync(join(root, 'firmware/boards', board, file)) ? `${board}/${file}` : `loader/${file}`;
  return {
    '.boot0': encode(await bundle(root, loader('boot0.ts'), {})),
    '.bootcde': encode(await bundle(root, loader('bootcde.ts'), {})),
    app: `//PF1 ${crc}\n${code}`,
  };
}
