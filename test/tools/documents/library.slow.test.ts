import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { linkOthers, packed, partNamed, unpack, withItsParts } from '../../system/packages/installed.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { root } from '../tidy/files.ts';
import { blocksOfKind, type DocumentedBlock, type Kind } from './documented.ts';

// Packing, a browser and other test runners: each takes seconds where other tests keep the machine busy.

function only(kind: Kind, language: string): DocumentedBlock {
  const [block, other] = blocksOfKind(kind).filter(one => one.language === language);
  if (block === undefined || other !== undefined)
    throw new Error(`docs have not one block: ${kind}, ${language}`);
  return block;
}

describeNeeds(needsBuild, 'the examples of docs/simulator.md, in a project with the packed packages', () => {
  const folder = temporaryFolder('library');
  beforeAll(() => {
    const packages = join(folder, 'node_modules');
    mkdirSync(packages);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const parts = [...new Set(['host', 'simulator'].flatMap(withItsParts))];
    const tarballs = packed(folder);
    for (const part of parts) unpack(tarballs.get(part.folder) ?? '', packages, part.name);
    linkOthers(parts, packages);
    for (const name of ['vitest', 'esbuild', 'playwright-core']) link(name);
    const bin = join(packages, '.bin');
    mkdirSync(bin);
    const { bin: programs } = partNamed('host') as unknown as { readonly bin: { readonly passfob: string } };
    const program = join(packages, 'passfob', programs.passfob);
    writeFileSync(join(bin, 'passfob'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, {
      mode: 0o755,
    });
  });

  function link(name: string, from = join(root, 'node_modules')): void {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(from, name), join(folder, 'node_modules', name));
  }

  /** Runs a program in the project. @returns its exit code, and everything it printed */
  function run(
    program: string,
    args: readonly string[],
    more: NodeJS.ProcessEnv = {},
  ): [number | null, string] {
    // Node's runner takes a child of another runner for one of its own, and prints no result.
    const { NODE_TEST_CONTEXT: _context, NODE_OPTIONS: _options, ...inherited } = process.env;
    const env = { ...inherited, NO_COLOR: '1', PASSFOB_HOME: join(folder, 'home'), ...more };
    const { status, stdout, stderr } = spawnSync(program, [...args], { cwd: folder, env, encoding: 'utf8' });
    return [status, `${stdout}${stderr}`];
  }

  function written(name: string, { text }: DocumentedBlock): string {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `${text}\n`);
    return name;
  }

  it('the example for Vitest passes', () => {
    const name = written('vitest/fob.test.js', only('vitest', 'js'));
    const [status, printed] = run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', name]);
    expect([status, printed]).toEqual([0, expect.stringMatching(/Tests\s+2 passed/)]);
  });

  it('the example for node:test passes', () => {
    const [block] = blocksOfKind('module').filter(({ path }) => path === 'docs/simulator.md');
    if (block === undefined) throw new Error('docs/simulator.md has no example for node:test');
    const [status, printed] = run(process.execPath, ['--test', written('node/fob.test.mjs', block)]);
    expect([status, printed]).toEqual([0, expect.stringMatching(/pass 1\n/)]);
  });

  itNeeds(needsTool('chromium'), 'the example with a page in Chromium passes', chromium => {
    const name = written('page/page.test.mjs', only('browser', 'js'));
    const [status, printed] = run(process.execPath, ['--test', name], { CHROMIUM: chromium });
    expect([status, printed]).toEqual([0, expect.stringMatching(/pass 1\n/)]);
  });

  it('the recipe for CI passes', () => {
    const workflow = parse(only('recipe', 'yaml').text) as {
      readonly jobs: { readonly fob: { readonly steps: readonly { readonly run?: string }[] } };
    };
    // The packages are installed here by other means.
    const [install, ...rest] = workflow.jobs.fob.steps.flatMap(step => step.run ?? []);
    expect([install, rest.length]).toEqual(['npm ci', 2]);
    const project = join(folder, 'recipe');
    mkdirSync(join(project, 'test'), { recursive: true });
    symlinkSync(join(folder, 'node_modules'), join(project, 'node_modules'));
    const examples = join(folder, 'node_modules/@passfob/simulator/examples');
    cpSync(examples, join(project, 'test/scenarios'), { recursive: true });
    const [block] = blocksOfKind('module').filter(({ path }) => path === 'docs/simulator.md');
    written('recipe/fob.test.mjs', block as DocumentedBlock);
    const [status, printed] = run('sh', ['-ec', `cd recipe\n${rest.join('\n')}`]);
    const count = readdirSync(examples).filter(name => name.endsWith('.yaml')).length;
    expect([status, printed]).toEqual([0, expect.stringContaining(`\n${count} passed, 0 failed\n`)]);
    expect(readdirSync(project)).toContain('scenarios.xml');
  });
});
