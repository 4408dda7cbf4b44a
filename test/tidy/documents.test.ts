import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../docs/site/anchors.ts';
import { itNeeds } from '../kit/tools.ts';
import { isReadElsewhere, place, root, textFiles, textOf } from './files.ts';
import { tableAfter } from './tables.ts';

const documents = textFiles.filter(({ path }) => path.endsWith('.md'));
const manifest = JSON.parse(textOf('package.json') ?? '{}') as {
  version: string;
  scripts: Record<string, string>;
};

const named = (path: string) => ({ name: path, found: textOf(path) });

/** What npm runs without `run`. */
const NPM_SHORTHANDS = new Map([
  ['start', 'start'],
  ['test', 'test'],
  ['t', 'test'],
  ['cit', 'test'],
]);

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
            !Object.hasOwn(manifest.scripts, script ?? NPM_SHORTHANDS.get(shorthand ?? '') ?? ''),
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

  it('promise the minutes of the quick tests that .ci/run holds them to', () => {
    const quick = /^QUICK_MINUTES=(\d+)$/m.exec(textOf('.ci/run') ?? '')?.[1];
    const promised = ['README.md', 'CONTRIBUTING.md'].map(path =>
      [...(textOf(path) ?? '').matchAll(/about (\d+)\s+minutes on two cores/g)].map(match => match[1]),
    );
    expect(promised).toEqual([[quick], [quick]]);
  });

  it('list every folder of tests in docs/contribute/tests.md, and no other', () => {
    const [tests, listed] = [
      textFiles.flatMap(({ path }) => /^test\/([^/]+)\/.*\.(?:test|vm)\.ts$/.exec(path)?.[1] ?? []),
      tableAfter('test-folders', textOf('docs/contribute/tests.md')) ?? [],
    ];
    expect(listed.map(([folder]) => folder).sort()).toEqual(
      [...new Set(tests)].map(name => `\`${name}\``).sort(),
    );
  });

  itNeeds(named('CHANGELOG.md'), 'hold an entry for the version in CHANGELOG.md', text => {
    const versions = [...text.matchAll(/^## \[?v?([^\s\]]+)/gm)].map(match => match[1]);
    expect(versions).toContain(manifest.version);
  });
});

/** A table that a document shows and a module of the code defines. */
interface Mirror {
  readonly document: string;
  readonly marker: string;
  readonly module: string;
  readonly heading: readonly string[];
  readonly rows: (loaded: Record<string, unknown>) => string[][];
}

const entriesOf = (loaded: Record<string, unknown>, name: string): [string, Record<string, unknown>][] =>
  Object.entries(loaded[name] as Record<string, Record<string, unknown>>);

const mirrors: readonly Mirror[] = [
  {
    document: 'docs/protocol.md',
    marker: 'commands',
    module: 'protocol/commands.ts',
    heading: ['code', 'command', 'since', 'sent', 'request', 'response'],
    rows: loaded =>
      entriesOf(loaded, 'COMMANDS').map(
        ([name, { 0: code, 1: since, 2: sealed, 3: request, 4: response }]) => [
          String(code),
          `\`${name}\``,
          String(since),
          sealed === 1 ? 'sealed' : 'clear',
          request === '' ? '' : `\`${request}\``,
          response === '' ? '' : `\`${response}\``,
        ],
      ),
  },
  {
    document: 'docs/protocol.md',
    marker: 'refusals',
    module: 'protocol/refusals.ts',
    heading: ['code', 'refusal', 'meaning', 'next step', 'ask again'],
    rows: loaded =>
      entriesOf(loaded, 'REFUSALS').map(([name, { code, meaning, next, retry }]) => [
        String(code),
        `\`${name}\``,
        String(meaning),
        String(next),
        String(retry),
      ]),
  },
  {
    document: 'docs/formats.md',
    marker: 'samples',
    module: 'test/formats/samples.ts',
    heading: ['written by', 'files', 'accounts compared'],
    rows: loaded => (loaded.samplesTable as () => string[][])(),
  },
  {
    document: 'docs/cli.md',
    marker: 'exit-codes',
    module: 'host/cli/base/exit-codes.ts',
    heading: ['code', 'name', 'meaning'],
    rows: loaded =>
      entriesOf(loaded, 'EXIT_CODES').map(([name, { code, meaning }]) => [
        String(code),
        `\`${name}\``,
        String(meaning),
      ]),
  },
];

/** Pages with a row for each entry of a table of the code, in words of their own. */
const coverages = [
  {
    document: 'docs/threat-model.md',
    section: '## Operations of the fob',
    module: 'protocol/commands.ts',
    names: (loaded: Record<string, unknown>) => Object.keys(loaded.COMMANDS as object),
  },
  {
    document: 'docs/formats.md',
    section: '## Read',
    module: 'host/formats/format-names.ts',
    names: (loaded: Record<string, unknown>) => loaded.FORMAT_NAMES as readonly string[],
  },
  {
    document: 'docs/boards.md',
    section: '# Boards',
    module: 'firmware/build/limits.ts',
    names: (loaded: Record<string, unknown>) => Object.keys(loaded.BUDGETS as object),
  },
] as const;

const rowText = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll(/ {2,}/g, ' ');

describe('tables of the documents', () => {
  for (const { document, marker, module, heading, rows } of mirrors) {
    const need = { name: `${document} and ${module}`, found: textOf(module) && textOf(document) };
    itNeeds(need, `${document}, <!-- ${marker} -->, says what ${module} says`, async text => {
      const loaded = (await import(join(root, module))) as Record<string, unknown>;
      const stated = tableAfter(marker, text, 0)?.filter(
        cells => !cells.every(cell => /^:?-+:?$/.test(cell)),
      );
      const defined = [heading, ...rows(loaded)];
      expect(stated?.map(rowText).join('\n'), `Copy the row marked “-” below into ${document}.`).toBe(
        defined.map(rowText).join('\n'),
      );
    });
  }

  for (const { document, section, module, names } of coverages) {
    const need = { name: `${document} and ${module}`, found: textOf(module) && textOf(document) };
    itNeeds(need, `${document}, ${section}, has a row for every entry of ${module}`, async text => {
      const loaded = (await import(join(root, module))) as Record<string, unknown>;
      const [, behind = ''] = text.split(`${section}\n`);
      const [, ...firstCells] = [...(behind.split('\n## ')[0]?.matchAll(/^\| ([^|]*)\|/gm) ?? [])].map(
        row => row[1],
      );
      const stated = firstCells.flatMap(cell =>
        [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(name => name[1]),
      );
      expect(new Set(stated), `Add a row to ${document}, ${section}`).toEqual(new Set(names(loaded)));
    });
  }
});
