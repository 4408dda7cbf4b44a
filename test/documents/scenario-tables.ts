import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenario } from '@passfob/simulator/scenarios/read';
import { SETUP_FIELDS } from '@passfob/simulator/scenarios/setup';
import { ACT_NAMES, ACTS } from '@passfob/simulator/scenarios/steps/owner-acts';
import { STEPS } from '@passfob/simulator/scenarios/steps/table';
import { root } from '../tidy/files.ts';

export const SCENARIOS_DOCUMENT = 'docs/scenarios.md';
export const EXAMPLES = join(root, 'simulator/examples');

/** File names of the examples, in the order of the document. */
export const exampleFiles = readdirSync(EXAMPLES)
  .filter(name => name.endsWith('.yaml'))
  .sort();

const cell = (text: string) => text.replaceAll('|', '\\|');

/** Returns a table of names, their values and what they do. */
function table(heading: string, rows: readonly (readonly [string, string, string])[]): string {
  const lines = rows.map(([name, value, describe]) => `| \`${name}\` | ${cell(value)} | ${cell(describe)} |`);
  return ['', `| ${heading} | value | what it does |`, '|---|---|---|', ...lines, ''].join('\n');
}

function example(name: string): string {
  const text = readFileSync(join(EXAMPLES, name), 'utf8');
  // The line for editors is the same everywhere.
  const [first = '', ...rest] = text.trimEnd().split('\n');
  const lines = first.startsWith('# yaml-language-server') ? rest : [first, ...rest];
  const { title } = readScenario(text);
  return [`### ${title}`, '', '<!-- executed: scenario -->', '```yaml', ...lines, '```'].join('\n');
}

/** The parts of the document that the code gives, by their markers. */
const PARTS: Readonly<Record<string, () => string>> = {
  'scenario-fields': () =>
    table(
      'field',
      Object.entries(SETUP_FIELDS).map(([name, { describe, shape }]) => [name, shape.words, describe]),
    ),
  'scenario-steps': () =>
    table(
      'step',
      STEPS.map(({ name, words, describe }) => [name, words, describe]),
    ),
  'scenario-acts': () =>
    table(
      'act',
      ACT_NAMES.map(name => [name, ACTS[name].shape.words, ACTS[name].describe]),
    ),
  'scenario-examples': () => `\n${exampleFiles.map(example).join('\n\n')}\n`,
};

/** Returns the document with tables and examples as the code gives them. @throws without one of the markers */
export function withScenarios(document: string): string {
  return Object.entries(PARTS).reduce((text, [marker, part]) => {
    const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
    const [before, rest] = text.split(begin);
    const [, after] = rest?.split(end) ?? [];
    if (before === undefined || after === undefined) {
      throw new Error(`${SCENARIOS_DOCUMENT} has no ${begin} … ${end}`);
    }
    return [before, begin, '\n', part(), '\n', end, after].join('');
  }, document);
}
