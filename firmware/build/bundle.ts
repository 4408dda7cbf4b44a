import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
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
  const crc = crc32(app).toString(16).padStart(8, '0');
  return {
    '.boot0': await bundle(root, 'loader/boot0.ts', {}),
    '.bootcde': await bundle(root, 'loader/bootcde.ts', {}),
    app: `//PF1 ${crc}\n${app}`,
  };
}
