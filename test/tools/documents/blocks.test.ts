import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { helpOf } from 'passfob/cli/command-line';
import { commandTable } from 'passfob/cli/table';
import { describe, expect, it } from 'vitest';
import { blocksOf, testsNamedBy, unmarked } from '../readme/blocks.ts';
import { root, textFiles } from '../tidy/files.ts';
import { commandsOf, documentedBlocks, KINDS, kindOf } from './documented.ts';

const titled = (blocks: readonly { title: string }[]) => blocks.map(({ title }) => title);

describe('code blocks of docs/', () => {
  it('every code block of README.md and docs/ is executed by a test, or says why it is not', () => {
    expect(documentedBlocks.length).toBeGreaterThan(60);
    const open = new Set(unmarked(documentedBlocks));
    expect(
      titled(documentedBlocks.filter(block => open.has(block))),
      'Put <!-- executed: … --> or <!-- not executed: the reason --> above it (docs/contribute/documents.md).',
    ).toEqual([]);
  });

  it('every executed block of docs/ is of a kind that a test executes', () => {
    const kinds: readonly string[] = KINDS;
    const executed = documentedBlocks.filter(block => kindOf(block) !== undefined);
    expect(titled(executed.filter(block => !kinds.includes(kindOf(block) ?? '')))).toEqual([]);
    expect(executed.length).toBeGreaterThan(15);
  });

  it('a block of docs/ that another test executes names a test that exists', () => {
    const named = testsNamedBy(documentedBlocks);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(path => !existsSync(join(root, path)))).toEqual([]);
  });

  it('a mark is found above other comments, and in a list without the indent of its block', () => {
    const document =
      '- a\n  <!-- executed: x; y -->\n  <!-- marker -->\n  ```sh\n  one\n    two\n  ```\n\n```\nz\n```\n';
    const [inList, bare] = blocksOf(document);
    expect(inList).toMatchObject({ line: 4, language: 'sh', text: 'one\n  two', executed: 'x; y' });
    expect(bare).toMatchObject({ line: 9, text: 'z', executed: undefined, reason: undefined });
  });
});

/** A command line of a document: its place, and its words. */
interface Written {
  readonly where: string;
  readonly words: readonly string[];
}

/** Every line of a block and every span of code that begins with `passfob`, in all documents but the CHANGELOG. */
function writtenCommands(): Written[] {
  const documents = textFiles.filter(({ path }) => /\.md$/.test(path) && path !== 'CHANGELOG.md');
  return documents.flatMap(({ path, text }) => {
    const spans = [...text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(
      match => match[1] ?? '',
    );
    return [...blocksOf(text).flatMap(commandsOf), ...spans].flatMap(line => {
      const command = /^(?:sudo (?:-u \w+ )?)?(?:npx )?passfob ([^|<>&]*)/.exec(
        line.replace(/<[\w.]+>/g, 'VALUE'),
      )?.[1];
      return command === undefined ? [] : [{ where: `${path}: ${line}`, words: command.trim().split(/\s+/) }];
    });
  });
}

/** The names of the simulator's own options, as a help has them: `passfob simulate` hands all options on. */
const SIMULATOR_OPTIONS = textFiles
  .filter(({ path }) => /^simulator\/.*\boptions\.ts$/.test(path))
  .flatMap(({ text }) => [
    ...text.matchAll(/(?:\.option\(|^\s*)'?([a-z-]+)'?(?:, |: )(?:\{|[A-Z_]+_OPTION)/gm),
  ])
  .map(match => `--${match[1]}`)
  .join(' ');

describe('commands of the documents', () => {
  it('every passfob command in a document is a command with these options', async () => {
    const table = (await commandTable()).map(({ words }) =>
      words.split(' ').filter(word => /^[a-z-]+$/.test(word)),
    );
    const helps = new Map<string, string>();
    const unknown: string[] = [];
    for (const { where, words } of writtenCommands()) {
      const path = table
        .filter(one => one.every((word, index) => words[index] === word))
        .sort((one, other) => other.length - one.length)[0];
      const options = words.map(word => /^--([a-z-]+)/.exec(word)?.[1]).filter(word => word !== undefined);
      if (path === undefined) {
        // The first words of several commands, or an option of the program.
        const isGroup = table.some(one => words.every((word, index) => one[index] === word));
        if (!isGroup && !/^--(?:help|version)$/.test(words.join(' '))) unknown.push(where);
        continue;
      }
      const key = path.join(' ');
      const help = helps.get(key) ?? (await helpOf(path)) + (key === 'simulate' ? SIMULATOR_OPTIONS : '');
      helps.set(key, help);
      if (options.some(option => !help.includes(`--${option}`))) unknown.push(where);
    }
    expect(unknown).toEqual([]);
    expect(helps.size).toBeGreaterThan(30);
  });
});
