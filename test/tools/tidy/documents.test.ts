import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../../docs/site/anchors.ts';
import { itNeeds } from '../../kit/tools.ts';
import { codeFiles, isReadElsewhere, place, root, textFiles, textOf } from './files.ts';
import { tableAfter } from './tables.ts';

const documents = textFiles.filter(({ path }) => path.endsWith('.md'));
const manifest = JSON.parse(textOf('package.json') ?? '{}') as {
  version: string;
  scripts: Record<string, string>;
};

const named = (path: string) => ({ name: path, found: textOf(path) });

/** What npm runs without `run`. */
const NPM_SHORTHANDS: Readonly<Record<string, string>> = {
  start: 'start',
  test: 'test',
  t: 'test',
  cit: 'test',
};

/** The anchors of its headings, and those that a document sets by itself. */
const anchorsOf = (document: string): string[] => [
  ...[...document.matchAll(/^#{1,6}\s+(.*)$/gm)].map(match => anchorOf(match[1] ?? '')),
  ...[...document.matchAll(/<a id="([^"]+)">/g)].map(match => match[1] ?? ''),
];

/** What a reader comes to from README.md by links. */
const ROOT_DOCUMENT = 'README.md';

/** What a stranger sees of README.md: all of it in a few screens, and a picture on the first; and of CONTRIBUTING.md. */
const README_LINES_MAX = 130;
const FIRST_SCREEN_LINES = 40;
const CONTRIBUTING_LINES_MAX = 150;

/** The documents that a document links to. */
function linkedFrom(path: string): string[] {
  const prose = (textOf(path) ?? '').replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s#]+\.md)(?:#[^)\s]*)?\)/g)]
    .map(([, link = '']) => posix.join(posix.dirname(path), link))
    .filter(target => documents.some(document => document.path === target));
}

/** Every document that links lead to from this one, itself included. */
function reachedFrom(path: string): Set<string> {
  const reached = new Set([path]);
  for (const document of reached) for (const target of linkedFrom(document)) reached.add(target);
  return reached;
}

describe('documents', () => {
  it('are reached by links from README.md', () => {
    const reached = reachedFrom(ROOT_DOCUMENT);
    const lost = documents.filter(({ path }) => !reached.has(path) && !isReadElsewhere(path));
    expect(
      lost.map(({ path }) => path),
      'Link to them from README.md, "Documents", or from a document that is reached.',
    ).toEqual([]);
    expect(linkedFrom(ROOT_DOCUMENT)).toEqual(expect.arrayContaining(['CONTRIBUTING.md', 'SECURITY.md']));
  });

  it('begin with a README.md and a CONTRIBUTING.md of few lines, and with a picture on the first screen', () => {
    const lines = (textOf(ROOT_DOCUMENT) ?? '').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(README_LINES_MAX);
    expect(lines.slice(0, FIRST_SCREEN_LINES).join('\n')).toMatch(/<img src="\.\/docs\/images\//);
    const contributing = (textOf('CONTRIBUTING.md') ?? '').trimEnd().split('\n');
    expect(contributing.length).toBeLessThanOrEqual(CONTRIBUTING_LINES_MAX);
  });

  it('name npm scripts that exist', () => {
    const unknown = documents.flatMap(file =>
      [...file.text.matchAll(/\bnpm (?:run(?:-script)?\s+(?:--?[\w-]+\s+)*([\w:-]+)|(start|test|t|cit)\b)/g)]
        .filter(
          ([, script, shorthand]) =>
            !Object.hasOwn(manifest.scripts, script ?? NPM_SHORTHANDS[shorthand ?? ''] ?? ''),
        )
        .map(match => `${place(file, match.index)}: ${match[0]}`),
    );
    expect(unknown).toEqual([]);
  });

  it('link to files and headings that exist', () => {
    const broken = documents.flatMap(file => {
      const prose = file.text.replace(/```[\s\S]*?```|`[^`\n]*`/g, code => ' '.repeat(code.length));
      return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
        .filter(([, link = '']) => {
          if (/^[a-z][a-z\d+.-]*:/i.test(link)) return false;
          const [target = '', anchor] = link.split('#');
          const path = target === '' ? file.path : posix.join(posix.dirname(file.path), target);
          if (path.startsWith('..') || !existsSync(join(root, path))) return true;
          const text = textOf(path);
          return anchor !== undefined && text !== undefined && !anchorsOf(text).includes(anchor);
        })
        .map(match => `${place(file, match.index)}: ${match[1]}`);
    });
    expect(broken).toEqual([]);
  });

  it('exist where code names them', () => {
    const names = new Set(documents.map(({ path }) => posix.basename(path)));
    const product = codeFiles.filter(({ path }) => !/^(?:test|docs)\//.test(path));
    const unknown = product.flatMap(file =>
      // Those of other projects say so: "docs/vault.md of Aegis".
      [...file.text.matchAll(/[\w./-]*\w\.md\b(?! of [A-Z])/g)]
        .filter(([name]) => !names.has(posix.basename(name)))
        .map(match => `${place(file, match.index)}: ${match[0]}`),
    );
    expect(unknown).toEqual([]);
  });

  it('set each anchor once', () => {
    const twice = documents.flatMap(({ path, text }) => {
      const anchors = [...text.matchAll(/<a id="([^"]+)">/g)].map(match => match[1]);
      return anchors
        .filter((anchor, at) => anchors.indexOf(anchor) !== at)
        .map(anchor => `${path}#${anchor}`);
    });
    expect(twice).toEqual([]);
  });

  it('promise the minutes of the quick tests that .ci/run holds them to', () => {
    const quick = /^QUICK_MINUTES=(\d+)$/m.exec(textOf('.ci/run') ?? '')?.[1];
    const promised = ['README.md', 'CONTRIBUTING.md'].map(path =>
      [...(textOf(path) ?? '').matchAll(/about (\d+)\s+minutes on two cores/g)].map(match => match[1]),
    );
    expect(promised).toEqual([[quick], [quick]]);
  });

  itNeeds(named('CHANGELOG.md'), 'hold an entry for the version in CHANGELOG.md', text => {
    const versions = [...text.matchAll(/^## \[?v?([^\s\]]+)/gm)].map(match => match[1]);
    expect(versions).toContain(manifest.version);
  });
});

/** Pages with a row for each entry of a table of the code, in words of their own: page, section, module, name of the table. */
const coverages = [
  ['docs/threat-model.md', '## Operations of the fob', 'protocol/commands.ts', 'COMMANDS'],
  ['docs/formats.md', '## Read', 'host/formats/format-names.ts', 'FORMAT_NAMES'],
  ['docs/boards.md', '# Boards', 'firmware/build/limits.ts', 'BUDGETS'],
] as const;

describe('tables of the documents', () => {
  it('the faults that are chosen are options and methods of a simulated fob', () => {
    const declared = textOf('simulator/base/fob.ts') ?? '';
    const names = tableAfter('chosen faults', textOf('docs/simulator.md'))?.flatMap(
      row => row[0]?.replaceAll('`', '').split(', ') ?? [],
    );
    expect(names?.length).toBeGreaterThan(10);
    expect(names?.filter(name => !new RegExp(`^ +(?:readonly )?${name}[?(:]`, 'm').test(declared))).toEqual(
      [],
    );
  });

  for (const [document, section, module, table] of coverages) {
    const need = { name: `${document} and ${module}`, found: textOf(module) && textOf(document) };
    itNeeds(need, `${document}, ${section}, has a row for every entry of ${module}`, async text => {
      const loaded = (await import(join(root, module))) as Record<string, object>;
      const entries = loaded[table];
      const names = Array.isArray(entries) ? entries : Object.keys(entries ?? {});
      const [, behind = ''] = text.split(`${section}\n`);
      const [, ...firstCells] = [...(behind.split('\n## ')[0]?.matchAll(/^\| ([^|]*)\|/gm) ?? [])].map(
        row => row[1],
      );
      const stated = firstCells.flatMap(cell =>
        [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(name => name[1]),
      );
      expect(new Set(stated), `Add a row to ${document}, ${section}`).toEqual(new Set(names));
    });
  }
});

/** What is made, and a name that its reader fills in. */
const NO_FILE = /\bdist\b|NAME|NUMBER/;
/** Whether a path begins at the root; within a sentence about a folder some begin there. */
const isFromRoot = (name: string) => existsSync(join(root, name.split('/')[0] ?? ''));

const contributing = documents
  .filter(({ path }) => /^(?:CONTRIBUTING|docs\/contribute\/.*)\.md$/.test(path))
  .map(({ text }) => text)
  .join('\n');

describe.each([
  ['docs/architecture.md', textOf('docs/architecture.md') ?? ''],
  ['CONTRIBUTING.md with the paths in docs/contribute', contributing],
])('%s', (_, text) => {
  const names = [...text.matchAll(/`((?:[\w-]+\/)+[\w.-]*)`/g)]
    .map(match => match[1] ?? '')
    .filter(name => !NO_FILE.test(name) && isFromRoot(name));

  it('names files and folders that exist', () => {
    expect(names.length).toBeGreaterThan(50);
    const exists = (name: string) => existsSync(join(root, name));
    expect(names.filter(name => !exists(name))).toEqual([]);
  });
});
