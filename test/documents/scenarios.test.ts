import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioSchema } from '@passfob/simulator/scenarios/read';
import { describe, expect, it } from 'vitest';
import { root } from '../tidy/files.ts';
import { exampleFiles, SCENARIOS_DOCUMENT, withScenarios } from './scenario-tables.ts';

/** Set by `npm run docs`, which writes the files instead of comparing them. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

function isCurrent(path: string, make: (text: string) => string): void {
  const text = readFileSync(join(root, path), 'utf8');
  const current = make(text);
  if (mayWrite && current !== text) writeFileSync(join(root, path), current);
  expect(mayWrite ? current : text).toBe(current);
}

describe(SCENARIOS_DOCUMENT, () => {
  it('docs/scenarios.md has the fields, steps and examples that the code gives (npm run docs writes them)', () => {
    expect(exampleFiles.length).toBeGreaterThanOrEqual(10);
    isCurrent(SCENARIOS_DOCUMENT, withScenarios);
  });

  it('the schema for editors is the one that the steps give (npm run docs writes it)', () => {
    isCurrent('simulator/scenario.schema.json', () => `${JSON.stringify(scenarioSchema(), undefined, 2)}\n`);
  });
});
