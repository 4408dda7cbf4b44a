import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { spellConstants } from './constants.ts';
import { factsOf } from './facts.ts';
import { declaredFirst } from './first.ts';
import { fontBitmap } from './font.ts';
import { inlined, withoutGetters } from './inline.ts';
import { APART, FIRST, type ImageBoard } from './limits.ts';
import { lint } from './lint.ts';
import { calledNames, renameFields, shortened } from './names.ts';
import { numbersApart, numbersFirst, shareNumbers } from './numbers.ts';
import { decodeTexts, placeTexts } from './strings.ts';
import { withSums } from './sums.ts';
import { tokenise } from './tokens.ts';

/**
 * Syntax that the interpreter cannot parse and esbuild can lower or refuse, and newer syntax that the interpreter
 * supports.
 */
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

interface BundleAdditions {
  readonly define?: Record<string, string>;
  readonly inject?: string[];
}

/** Returns short names for the properties of a bundle. */
async function shortNames(root: string, entry: string, options: BuildOptions) {
  const declared = await build({
    ...options,
    write: false,
    target: 'esnext',
    metafile: true,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } },
  });
  const files = Object.keys(declared.metafile.inputs).filter(path => !path.endsWith('#numbers'));
  const sources = files.map(path => readFileSync(join(root, path), 'utf8'));
  return shortened(root, entry, declared.outputFiles[0]?.text ?? '', sources);
}

/** Returns a bundle with its own names, without the functions that are useful only in the source. */
async function withFewerFunctions(
  root: string,
  entry: string,
  options: BuildOptions,
  first: readonly string[],
): Promise<string> {
  const whole = await build({ ...options, write: false });
  const apart = new Set([...calledNames(root, entry), ...APART.split(' ')]);
  const fewer = withoutGetters(inlined(numbersFirst(whole.outputFiles[0]?.text ?? ''), apart), apart);
  return declaredFirst(fewer, first);
}

/** @param first what is declared first at the top level */
async function bundle(
  root: string,
  entry: string,
  parts: BundleAdditions,
  first: readonly string[] = [],
): Promise<string> {
  const common = {
    absWorkingDir: root,
    // Takes the protocol as TypeScript, not from its build.
    conditions: ['source'],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'neutral',
    external: ['crypto', 'Storage', 'fs'],
    target: 'es2017',
    supported: SYNTAX,
    legalComments: 'none',
    charset: 'ascii',
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: 'silent',
  } as const satisfies BuildOptions;
  const options = {
    ...common,
    ...parts,
    entryPoints: [join(root, 'firmware/boards', entry)],
    plugins: [numbersApart],
  };
  const short = await shortNames(root, entry, options);
  const mangleProps = new RegExp(`^(?:${Object.keys(short).join('|')})$`);
  const stdin = { contents: await withFewerFunctions(root, entry, options, first), loader: 'js' } as const;
  const once = await build({ ...common, stdin, minify: true, mangleProps, mangleCache: short });
  const renamed = renameFields(once.outputFiles[0]?.text ?? '', short);
  const contents = shareNumbers(placeTexts(decodeTexts(renamed)));
  // A second pass, to shorten the remaining variables.
  const second = await build({ ...common, stdin: { contents, loader: 'js' }, minify: true });
  const code = withSums(second.outputFiles[0]?.text ?? '');
  const faults = lint(code);
  if (faults.length > 0)
    throw new Error(`${entry}: the interpreter cannot run this\n  ${faults.join('\n  ')}`);
  return spellConstants(code);
}

/**
 * Returns the files of a board's image, by their name in the microcontroller's Storage; one character per byte.
 * @param root the folder of the repository
 * @param encode encodes code for the image
 * @throws Error that names the code which the interpreter does not support
 */
export async function imageOf(
  root: string,
  board: ImageBoard,
  encode = tokenise,
): Promise<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(join(root, 'firmware/package.json'), 'utf8')) as {
    version: string;
  };
  const facts = factsOf(board);
  const additions = {
    inject: [join(root, 'firmware/boards/parts/short-names.ts')],
    define: {
      ...facts,
      FIRMWARE_VERSION: JSON.stringify(version),
      FONT_BITMAP: JSON.stringify(fontBitmap(join(root, 'firmware/boards/parts/font.txt'))),
    },
  };
  const app = await bundle(root, `${board}/main.ts`, additions, FIRST.split(' '));
  const code = encode(app);
  const crc = crc32(Buffer.from(code, 'latin1')).toString(16).padStart(8, '0');
  // A board may have its own loader, for its display or for early settings.
  const loader = (file: string) =>
    existsSync(join(root, 'firmware/boards', board, file)) ? `${board}/${file}` : `loader/${file}`;
  return {
    '.boot0': encode(await bundle(root, loader('boot0.ts'), { define: facts })),
    '.bootcde': encode(await bundle(root, loader('bootcde.ts'), { define: facts })),
    app: `//PF1 ${crc}\n${code}`,
  };
}
