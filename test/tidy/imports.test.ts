import { describe, expect, it } from 'vitest';
import { codeFiles, textOf } from './files.ts';
import {
  findCycle,
  type Import,
  importedPackage,
  importedPath,
  importsOf,
  partOf,
  readMatrix,
} from './imports.ts';

const parts = readMatrix();
const manifest = JSON.parse(textOf('package.json') ?? '{}') as {
  name: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** Why the matrix refuses an import, or undefined where it allows it. */
function refusal(entry: Import, matrix = parts): string | undefined {
  const part = partOf(entry.from, matrix);
  if (part === undefined) return `${entry.from} is in no part of the matrix`;
  const own = new RegExp(`^${manifest.name}/(\\w+)$`).exec(entry.specifier)?.[1];
  const path =
    importedPath(entry) ??
    (own === undefined ? undefined : `${own === 'client' ? 'host/client' : own}/index.ts`);
  if (path !== undefined) {
    const target = partOf(path, matrix);
    if (target === undefined) return `${path} is in no part of the matrix`;
    return target === part || part.parts.includes(target.name)
      ? undefined
      : `${part.name} may not import ${target.name}`;
  }
  const name = importedPackage(entry);
  if (name === undefined) return part.builtins ? undefined : `${part.name} may not import ${entry.specifier}`;
  if (Array.isArray(part.packages)) {
    return part.packages.includes(name) ? undefined : `${part.name} may not import ${name}`;
  }
  if (Object.hasOwn(manifest.dependencies, name)) return undefined;
  if (part.packages === 'all' && Object.hasOwn(manifest.devDependencies, name)) return undefined;
  return `${name} is not among the dependencies ${part.name} may use`;
}

const imports = codeFiles.flatMap(importsOf);

describe('imports', () => {
  it('stay within the matrix of docs/architecture.md', () => {
    const refused = imports.flatMap(entry => {
      const reason = refusal(entry);
      return reason === undefined ? [] : [`${entry.where}: ${reason}`];
    });
    expect(refused).toEqual([]);
  });

  it('name files that exist', () => {
    const missing = imports.filter(entry => {
      const path = importedPath(entry);
      // `firmware/build` and the tests may load what the build made.
      return path !== undefined && !path.startsWith('dist/') && textOf(path) === undefined;
    });
    expect(missing.map(({ where, specifier }) => `${where}: ${specifier}`)).toEqual([]);
  });

  it('never go in a circle', () => {
    const edges = new Map<string, string[]>();
    for (const entry of imports) {
      const path = importedPath(entry);
      if (path !== undefined) edges.set(entry.from, [...(edges.get(entry.from) ?? []), path]);
    }
    expect(findCycle(edges)?.join(' -> ')).toBeUndefined();
  });

  it('have a matrix without a circle and without an unknown part', () => {
    const edges = new Map(parts.map(part => [part.name, part.parts]));
    expect(findCycle(edges)?.join(' -> ')).toBeUndefined();
    expect([...edges.values()].flat().filter(name => !edges.has(name))).toEqual([]);
  });
});

describe('the import rules', () => {
  const from = (path: string, text: string) => importsOf({ path, text });

  it('see every kind of import and no text that looks like one', () => {
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
    ['protocol/x.ts', '../host/client/client.ts', 'protocol may not import host/client'],
    ['firmware/core/x.ts', '../boards/pico.ts', 'firmware/core may not import firmware/boards'],
    ['firmware/build/x.ts', 'yargs', 'firmware/build may not import yargs'],
    ['simulator/x.ts', '../host/client/client.ts', 'simulator may not import host/client'],
    ['simulator/x.ts', '../firmware/core/fob.ts', 'simulator may not import firmware/core'],
    ['host/client/x.ts', '../commands/list.ts', 'host/client may not import host/commands'],
    ['host/client/x.ts', 'passfob/simulator', 'host/client may not import simulator'],
    ['host/service/x.ts', '../cli/main.ts', 'host/service may not import host/cli'],
    ['host/cli/x.ts', 'vitest', 'vitest is not among the dependencies host/cli may use'],
    ['host/errors.ts', './client/client.ts', 'host may not import host/client'],
    ['host/gadgets/x.ts', 'node:fs', 'host/gadgets/x.ts is in no part of the matrix'],
    ['tools/x.ts', 'node:fs', 'tools/x.ts is in no part of the matrix'],
  ])('refuse %s -> %s', (path, specifier, reason) => {
    expect(from(path, `import x from '${specifier}';`).map(entry => refusal(entry))).toEqual([reason]);
  });

  it.each([
    ['firmware/core/x.ts', '../../protocol/bytes.ts'],
    ['host/cli/x.ts', 'yargs/helpers'],
    ['host/service/x.ts', '../client/client.ts'],
    ['host/client/x.ts', '../errors.ts'],
    ['simulator/x.ts', 'passfob/protocol'],
    ['test/host/x.ts', '../../simulator/index.ts'],
    ['vitest.config.ts', 'vitest/config'],
  ])('allow %s -> %s', (path, specifier) => {
    expect(from(path, `import x from '${specifier}';`).map(entry => refusal(entry))).toEqual([undefined]);
  });

  it('find a circle', () => {
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
    expect(
      findCycle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
        ]),
      ),
    ).toBeUndefined();
  });
});
