import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Need } from '../../kit/tools.ts';

const REGISTRY_TIMEOUT_MS = 5_000;

/** The need for npm's registry, which an installation of the packages of others asks. */
export async function needsRegistry(): Promise<Need<true>> {
  const options = { method: 'HEAD', signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) };
  const registry = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim();
  const answered = await fetch(`${registry}yargs`, options).then(
    ({ ok }) => ok,
    () => false,
  );
  return { name: 'the registry of npm', found: answered ? true : undefined };
}

/** npm as a file that any Node can run. */
function npmProgram(): string {
  const root = spawnSync('npm', ['root', '--global'], { encoding: 'utf8' }).stdout.trim();
  return join(root, 'npm/bin/npm-cli.js');
}

export interface Installation {
  readonly folder: string;
  readonly exitCode: number | null;
  /** What npm printed, to both. */
  readonly printed: string;
}

const FLAGS = ['--engine-strict', '--prefer-offline', '--ignore-scripts', '--no-fund', '--no-audit'];

/**
 * Runs npm in a folder as a stranger does who has none of our settings: packages come from the registry or npm's cache, and
 * their scripts do not run.
 *
 * @param node the program that runs npm, whose version npm compares with `engines`
 */
export function runNpm(folder: string, node: string, args: readonly string[]): Installation {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json')))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const [command = '', ...rest] = args;
  const { status, stdout, stderr } = spawnSync(node, [npmProgram(), command, ...FLAGS, ...rest], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { folder, exitCode: status, printed: `${stdout}${stderr}` };
}

/** The description of a package, and of no part of one, by its path in `node_modules`. */
const PACKAGE = /^(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+\/package\.json$/;

/** Returns how many packages a folder `node_modules` holds, at any depth, and the bytes of their files. */
export function sizeOf(modules: string): { readonly packages: number; readonly bytes: number } {
  const paths = readdirSync(modules, { recursive: true, encoding: 'utf8' });
  const bytes = paths
    .map(path => lstatSync(join(modules, path)))
    .filter(one => one.isFile())
    .reduce((sum, { size }) => sum + size, 0);
  return { packages: paths.filter(path => PACKAGE.test(path)).length, bytes };
}
