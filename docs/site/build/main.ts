import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkOutput } from './check-output.ts';
import { checkSearch } from './check-search.ts';
import { writeHttpReference } from './http-reference.ts';
import { TRY_FOLDER, writeDocuments, writeReferenceIndex } from './pages.ts';
import { makeRelative } from './relative.ts';
import { serveSite } from './serve.ts';
import { writeTypeReference } from './type-reference.ts';

const PORT = 4173;
/** Makes the try page, which docs/try.md frames. */
const TRY_PROGRAM = 'demo/dist/bundle/main.js';

const USAGE = `usage: npm run site -- [--base /PATH/] [--out FOLDER] [--serve [--port NUMBER]]
  --base   the path under which the site will be served; / by default
  --out    where the site is written; docs/site/dist by default
  --serve  serves the built site on this computer until Ctrl-C
  --port   where it is served; ${PORT} by default`;

/**
 * Builds the documentation site, and serves it where `--serve` asks for it.
 *
 * @param root of the repository, where everything was built
 * @param say receives a line before each step that takes long
 * @returns the exit code
 */
export async function runSite(
  root: string,
  args: readonly string[],
  say: (line: string) => void = line => void process.stderr.write(`${line}\n`),
): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const site = join(root, 'docs/site');
  const { base, serve, port } = options;
  const out = options.out ?? join(site, 'dist');
  try {
    await install(site, say);
    await build(root, site, { base, out, say });
    const faults = [...checkOutput(out, base), ...checkSearch(site, out, base)];
    process.stderr.write(faults.map(fault => `${fault}\n`).join(''));
    if (faults.length > 0) return 1;
    process.stdout.write(`The site is in ${out}\n`);
    if (serve) await serveUntilEnd(out, base, port);
    else process.stdout.write(`To read it in a browser, run: ${sameWith(args, '--serve')}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        base: { type: 'string' },
        out: { type: 'string' },
        serve: { type: 'boolean' },
        port: { type: 'string' },
      },
    });
    const { base = '/', out, serve = false, port = String(PORT) } = values;
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return undefined;
    return /^\/(?:[\w.~-]+\/)*$/.test(base) ? { base, out, serve, port: Number(port) } : undefined;
  } catch {
    return undefined;
  }
}

/** Serves the site until Ctrl-C or SIGTERM. */
async function serveUntilEnd(out: string, base: string, port: number): Promise<void> {
  const served = await serveSite(out, base, port);
  process.stdout.write(`Open ${served.url} in a browser. Ctrl-C ends it.\n`);
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await served.close();
}

/** Returns this command with one more option. */
function sameWith(args: readonly string[], option: string): string {
  const words = [...args, option].map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)));
  return `npm run site -- ${words.join(' ')}`;
}

/** Installs the packages of the site, unless they are those of the lock already. No install script runs. */
async function install(site: string, say: (line: string) => void): Promise<void> {
  const lock = readFileSync(join(site, 'package-lock.json'), 'utf8');
  const installed = join(site, 'node_modules', '.installed-lock');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  say('Installing the packages of the site …');
  await run(site, 'npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-progress'], {}, true);
  writeFileSync(installed, lock);
}

async function build(
  root: string,
  site: string,
  { base, out, say }: { readonly base: string; readonly out: string; readonly say: (line: string) => void },
): Promise<void> {
  const pages = join(site, '.pages');
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(join(pages, 'public'), { recursive: true });
  cpSync(join(site, 'icon.svg'), join(pages, 'public', 'icon.svg'));
  writeDocuments(root, pages);
  writeReferenceIndex(pages);
  say('Building the site, which takes some minutes: the try page …');
  await run(root, process.execPath, [join(root, TRY_PROGRAM)], {}, true);
  mkdirSync(join(pages, 'public', TRY_FOLDER));
  cpSync(join(root, 'demo/dist/try.html'), join(pages, 'public', TRY_FOLDER, 'index.html'));
  say('The references of the HTTP interfaces and of the libraries …');
  await Promise.all([
    writeHttpReference(root, pages),
    writeTypeReference(root, pages, (program, args) => run(site, program, args, {})),
  ]);
  say('The pages …');
  await run(site, 'vitepress', ['build', '.'], { SITE_BASE: base, SITE_OUT: out });
  makeRelative(out, base);
}

/** Runs a program of the site's packages, or one on `PATH`. @throws where it fails, with all that it printed */
async function run(
  site: string,
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  isOnPath = false,
): Promise<void> {
  const path = isOnPath ? program : join(site, 'node_modules', '.bin', program);
  const child = spawn(path, args, {
    cwd: site,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${printed}`);
}
