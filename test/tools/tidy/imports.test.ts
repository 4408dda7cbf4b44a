import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeFiles, textOf } from './files.ts';
import {
  findCycle,
  type Import,
  importedExport,
  importedPackage,
  importedPath,
  importsOf,
  type Part,
  partOf,
  readMatrix,
} from './imports.ts';
import { manifestOf } from './manifests.ts';

const parts = readMatrix();

/** Files that only the build runs. */
const BUILT_ONLY =
  /^(?:firmware|host\/bundle|simulator\/(?:bundle|third-party)|emulator\/bundle|service\/bundle|service\/portal)\//;

/**
 * Files into which the build puts packages: an installed package does not need these. The build itself refuses one that
 * stays outside and is not installed.
 */
const BUNDLED = /^(?:host|service)\//;

/** Returns the packages that a file may use where its package is installed. */
function packagesOf(path: string): Set<string> {
  const { dependencies, devDependencies, peerDependencies } = manifestOf(path);
  const isWithout = path.startsWith('test/') || !path.includes('/') || BUILT_ONLY.test(path);
  const isShipped = !isWithout && !BUNDLED.test(path);
  return new Set(Object.keys({ ...dependencies, ...peerDependencies, ...(!isShipped && devDependencies) }));
}

/** Returns why an import by the name of one of our packages is refused, whatever the matrix says. */
function refusalOfName(entry: Import): string | undefined {
  const found = importedExport(entry);
  if (found === undefined) return undefined;
  const { manifest, source, isPacked } = found;
  const own = manifestOf(entry.from);
  if (own === manifest) return `${own.folder} names its own package`;
  if (source === undefined) return `${manifest.name} exports no ${entry.specifier}`;
  // Tests import internals from the sources.
  if (own.folder !== 'test' && !BUILT_ONLY.test(entry.from) && !isPacked)
    return `${entry.specifier} is not there where ${manifest.name} is installed`;
  return packagesOf(entry.from).has(manifest.name)
    ? undefined
    : `${manifest.name} is not among the dependencies of ${own.folder}`;
}

/**
 * Returns why an import is refused by the package.json of its part or by the matrix, or undefined where both allow
 * it.
 */
function refusal(entry: Import, matrix = parts): string | undefined {
  const part = partOf(entry.from, matrix);
  if (part === undefined) return `${entry.from} is in no part of the matrix`;
  const path = importedPath(entry);
  if (path?.includes('/dist/'))
    return part.name === 'host/bin' ? undefined : `${part.name} may not import what was built`;
  if (path !== undefined) {
    const refused = refusalOfName(entry);
    if (refused !== undefined) return refused;
    const target = partOf(path, matrix);
    if (target === undefined) return `${path} is in no part of the matrix`;
    const isOther =
      manifestOf(entry.from) !== manifestOf(path) && !isOfTests(entry) && !isOfSite(entry, path);
    if (entry.specifier.startsWith('.') && isOther)
      return `${part.name} reaches into ${target.name} by a path`;
    return target.name === part.name || part.parts.includes(target.name)
      ? undefined
      : `${part.name} may not import ${target.name}`;
  }
  const name = importedPackage(entry);
  if (name === undefined) return part.builtins ? undefined : `${part.name} may not import ${entry.specifier}`;
  if (Array.isArray(part.packages) && !part.packages.includes(name))
    return `${part.name} may not import ${name}`;
  return packagesOf(entry.from).has(name)
    ? undefined
    : `${name} is not among the dependencies ${part.name} may use`;
}

/** The root's own configuration belongs to the tests. */
function isOfTests({ from }: Import): boolean {
  return !from.includes('/');
}

/** The site is no package by name that its tests could import. */
function isOfSite({ from }: Import, path: string): boolean {
  return from.startsWith('test/') && path.startsWith('docs/site/');
}

const imports = codeFiles.flatMap(importsOf);

describe('imports', () => {
  it('imports stay within the matrix of docs/architecture.md', () => {
    const refused = imports.flatMap(entry => {
      const reason = refusal(entry);
      return reason === undefined ? [] : [`${entry.where}: ${reason}`];
    });
    expect(refused).toEqual([]);
  });

  it('imports name files that exist', () => {
    const missing = imports.filter(entry => {
      const path = importedPath(entry);
      // `firmware/build` and the tests may load the output of the build.
      return path !== undefined && !path.includes('/dist/') && textOf(path) === undefined;
    });
    expect(missing.map(({ where, specifier }) => `${where}: ${specifier}`)).toEqual([]);
  });

  it('imports never form a cycle', () => {
    const edges = new Map<string, string[]>();
    for (const entry of imports) {
      const path = importedPath(entry);
      if (path !== undefined) edges.set(entry.from, [...(edges.get(entry.from) ?? []), path]);
    }
    expect(findCycle(edges)?.join(' -> ')).toBeUndefined();
  });

  it('imports go from part to part only where tsconfig.json names the other one, too', () => {
    const referencesOf = (folder: string) => {
      const { references = [] } = JSON.parse(textOf(`${folder}/tsconfig.json`) ?? '{}') as {
        references?: { path: string }[];
      };
      return references.map(({ path }) => path.replaceAll('../', ''));
    };
    const unnamed = imports.flatMap(entry => {
      const target = importedExport(entry)?.manifest.folder;
      // The firmware and its tests are several programs, and the service is typed by the host.
      if (target === undefined || target === 'firmware' || /^(?:firmware|service\/portal)\//.test(entry.from))
        return [];
      if (entry.from === 'host/cli/installed.ts') return [];
      const { folder } = manifestOf(entry.from);
      return referencesOf(folder).includes(target)
        ? []
        : [`${entry.where}: ${folder} does not name ${target}`];
    });
    expect(unnamed).toEqual([]);
  });

  it('the emulator takes parts of the simulator through one entry, and its program', () => {
    const taken = imports.filter(
      ({ from, specifier }) => from.startsWith('emulator/') && specifier.startsWith('@passfob/simulator'),
    );
    const names = [...new Set(taken.map(({ specifier }) => specifier))].sort();
    expect(names).toEqual(['@passfob/simulator/cli', '@passfob/simulator/for-emulator']);
  });

  it('imports use every part that the matrix allows', () => {
    const used = new Map<string, Set<string>>();
    for (const entry of imports) {
      const path = importedPath(entry);
      const [from, to] = [partOf(entry.from, parts), path === undefined ? undefined : partOf(path, parts)];
      if (from === undefined || to === undefined) continue;
      for (const name of [from.name, entry.from]) used.set(name, (used.get(name) ?? new Set()).add(to.name));
    }
    // Tests may import everything.
    const unused = parts
      .filter(({ name }) => name !== 'test/**')
      .flatMap(({ name, parts: allowed }: Part) =>
        allowed.filter(other => !used.get(name)?.has(other)).map(other => `${name} -> ${other}`),
      );
    expect(unused).toEqual([]);
  });

  it('imports never form a cycle from folder to folder, in any part', () => {
    const edges = new Map<string, string[]>();
    for (const entry of imports.filter(({ from }) => from.includes('/') && !from.startsWith('test/'))) {
      const path = importedPath(entry);
      const [from, to] = [posix.dirname(entry.from), path === undefined ? '' : posix.dirname(path)];
      // The named exceptions, by which the command line finds packages that are installed beside it.
      if (to === '' || from === to || parts.some(({ name }) => name === entry.from)) continue;
      edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    expect(edges.size).toBeGreaterThan(80);
    expect(findCycle(edges)?.join(' -> ')).toBeUndefined();
  });

  it('imports never go up from layer to layer of the service', () => {
    const layers = ['base', 'storage', 'subjects', 'http', 'radius', 'node', 'cli'];
    const layerOf = (path: string) => layers.indexOf(/^service\/(\w+)\//.exec(path)?.[1] ?? '');
    const up = imports.filter(entry => {
      const path = importedPath(entry);
      return path !== undefined && layerOf(entry.from) >= 0 && layerOf(path) > layerOf(entry.from);
    });
    expect(up.map(({ where, specifier }) => `${where}: ${specifier}`)).toEqual([]);
    expect(imports.filter(({ from }) => layerOf(from) >= 0).length).toBeGreaterThan(1_000);
  });

  it('the import matrix has no cycle and no unknown part', () => {
    const own = parts.filter(({ name }) => !name.endsWith('.ts') && name !== 'test/**');
    const edges = new Map(own.map(part => [part.name, part.parts]));
    expect(findCycle(edges)?.join(' -> ')).toBeUndefined();
    expect([...edges.values()].flat().filter(name => !edges.has(name))).toEqual([]);
  });
});

describe('the import rules', () => {
  const from = (path: string, text: string) => importsOf({ path, text });

  it('the import rules see every kind of import and no text that looks like one', () => {
    const text = [
      "import './a.ts';",
      "import type { B } from './b.ts';",
      "import c, {\n  d,\n} from 'node:fs';",
      "export * from './e.ts';",
      "export { f } from '@scope/f/deep';",
      "const g = await import('./g.ts');",
      "type H = import('./h.ts').H;",
      "// import './comment.ts';",
      'const text = "import \'./text.ts\'";',
      "const word = `from './template.ts' §{from('./call.ts')}`;",
    ]
      .join('\n')
      .replace('§', '$');
    const seen = from('host/cli/x.ts', text).map(({ specifier }) => specifier);
    expect(seen).toEqual(['./a.ts', './b.ts', 'node:fs', './e.ts', '@scope/f/deep', './g.ts', './h.ts']);
  });

  it.each([
    ['protocol/x.ts', 'node:fs', 'protocol may not import node:fs'],
    ['protocol/x.ts', 'passfob/client', 'passfob is not among the dependencies of protocol'],
    ['protocol/x.ts', '../host/client/client.ts', 'protocol reaches into host/client by a path'],
    ['firmware/core/x.ts', '../boards/pico.ts', 'firmware/core/** may not import firmware/boards/**'],
    ['firmware/build/x.ts', 'yargs', 'firmware/build/** may not import yargs'],
    ['simulator/x.ts', 'passfob/client', 'passfob is not among the dependencies of simulator'],
    ['host/client/x.ts', '../commands/list.ts', 'host/client may not import host/commands'],
    ['host/client/x.ts', '@passfob/simulator', 'host/client may not import simulator/**'],
    ['host/commands/x.ts', '@passfob/emulator', 'host/commands may not import emulator/**'],
    ['simulator/x.ts', '@passfob/emulator', '@passfob/emulator is not among the dependencies of simulator'],
    ['host/client/x.ts', 'passfob/errors', 'host names its own package'],
    ['host/cli/x.ts', '@passfob/service/cli', 'host/cli/** may not import service/cli'],
    ['host/cli/x.ts', 'vitest', 'vitest is not among the dependencies host/cli/** may use'],
    ['simulator/x.ts', 'serialport', 'serialport is not among the dependencies simulator/** may use'],
    ['host/errors.ts', './client/client.ts', 'host may not import host/client'],
    ['host/gadgets/x.ts', 'node:fs', 'host/gadgets/x.ts is in no part of the matrix'],
    ['tools/x.ts', 'node:fs', 'tools/x.ts is in no part of the matrix'],
  ])('the import rules refuse %s -> %s', (path, specifier, reason) => {
    expect(from(path, `import x from '${specifier}';`).map(entry => refusal(entry))).toEqual([reason]);
  });

  it.each([
    ['simulator/x.ts', '@passfob/firmware', 'core/fob'],
    ['emulator/x.ts', '@passfob/simulator', 'board/chips/flash'],
    ['service/subjects/validation/x.ts', 'passfob', 'doctor/doctor'],
    ['service/subjects/validation/x.ts', 'passfob', 'nothing.else'],
    ['demo/x.ts', '@passfob/firmware', 'core/fob'],
  ])('the import rules refuse %s -> %s/%s, which an installed package does not have', (path, name, part) => {
    const refusals = from(path, `import x from '${name}/${part}';`).map(entry => refusal(entry));
    expect(refusals).toEqual([`${name}/${part} is not there where ${name} is installed`]);
  });

  it.each([
    ['firmware/core/x.ts', '@passfob/protocol/bytes'],
    ['host/cli/x.ts', 'yargs/helpers'],
    ['host/cli/installed.ts', '@passfob/service/cli'],
    ['host/cli/installed.ts', '@passfob/emulator/cli'],
    ['service/subjects/agents/x.ts', 'passfob/client/client'],
    ['host/client/x.ts', '../errors.ts'],
    ['simulator/x.ts', '@passfob/protocol'],
    ['test/unit/host/x.ts', '@passfob/simulator'],
    ['test/unit/host/x.ts', 'passfob/doctor/doctor'],
    ['vitest.config.ts', 'vitest/config'],
  ])('the import rules allow %s -> %s', (path, specifier) => {
    expect(from(path, `import x from '${specifier}';`).map(entry => refusal(entry))).toEqual([undefined]);
  });

  it('the import rules find a cycle', () => {
    const cycleOf = (edges: Record<string, string[]>) => findCycle(new Map(Object.entries(edges)));
    expect(cycleOf({ a: ['b'], b: ['c'], c: ['b'] })).toEqual(['b', 'c', 'b']);
    expect(cycleOf({ a: ['b', 'c'], b: ['c'] })).toBeUndefined();
  });
});
