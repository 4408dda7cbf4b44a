import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { fontBitmap } from './font.ts';
import type { ImageBoard } from './limits.ts';
import { lint } from './lint.ts';
import { shortenable } from './names.ts';

/** What the interpreter cannot parse and esbuild can be told to lower or to refuse. */
const UNSUPPORTED = {
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
      const text = readFileSync(path, 'utf8');
      const found = [...text.matchAll(constant)];
      const names = found.map(([, , name]) => name);
      const shared = found.filter(([, isExported]) => isExported).map(([, , name]) => name);
      const from = JSON.stringify(`${path}#numbers`);
      const head = `import {${names}} from ${from}; export {${shared}} from ${from};`;
      return { contents: names.length > 0 ? head + text.replace(constant, '') : text, loader: 'ts' };
    });
  },
};

async function bundle(root: string, entry: string, define: Record<string, string>): Promise<string> {
  const options = {
    entryPoints: [join(root, 'firmware/boards', entry)],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'neutral',
    external: ['crypto', 'Storage', 'fs'],
    target: 'es2017',
    supported: UNSUPPORTED,
    legalComments: 'none',
    charset: 'ascii',
    define,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: 'silent',
    plugins: [numbersApart],
  } as const satisfies BuildOptions;
  const plain = await build(options);
  const mangleProps = shortenable(root, plain.outputFiles[0]?.text ?? '');
  const result = await build({ ...options, minify: true, mangleProps });
  const code = result.outputFiles[0]?.text ?? '';
  const faults = lint(code);
  if (faults.length > 0)
    throw new Error(`${entry}: the interpreter cannot run this\n  ${faults.join('\n  ')}`);
  return code;
}

/**
 * The files of a board's image, by their name in the microcontroller's Storage.
 * @param root the package's folder
 * @throws Error naming what the interpreter lacks
 */
export async function imageOf(root: string, board: ImageBoard): Promise<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const app = await bundle(root, `${board}/main.ts`, {
    FIRMWARE_VERSION: JSON.stringify(version),
    FONT_BITMAP: JSON.stringify(fontBitmap(join(root, 'firmware/boards/parts/font.txt'))),
  });
  const own = existsSync(join(root, 'firmware/boards', board, 'bootcde.ts'));
  const crc = crc32(app).toString(16).padStart(8, '0');
  return {
    '.boot0': await bundle(root, 'loader/boot0.ts', {}),
    '.bootcde': await bundle(root, own ? `${board}/bootcde.ts` : 'loader/bootcde.ts', {}),
    app: `//PF1 ${crc}\n${app}`,
  };
}
