import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemCodes } from '@passfob/service/doors/web/problems';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { root } from '../tidy/files.ts';
import { ERRORS, withCurrentErrors } from './errors.ts';

/** Set by `npm run docs`, which writes the tables instead of comparing them. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

const document = readFileSync(join(root, ERRORS), 'utf8');
const current = withCurrentErrors(document);
if (mayWrite && current !== document) writeFileSync(join(root, ERRORS), current);

it('docs/errors.md has every exit code, error, refusal and problem of the registries (npm run docs writes them)', () => {
  expect(mayWrite ? current : document).toBe(current);
});

it('each row of docs/errors.md has an anchor of its own, and each link to a row finds it', () => {
  const anchors = [...current.matchAll(/<a id="([^"]+)">/g)].map(match => match[1]);
  expect(new Set(anchors).size).toBe(anchors.length);
  const links = [...current.matchAll(/\]\(#((?:exit|error|refusal|problem)-[^)]+)\)/g)].map(
    match => match[1],
  );
  expect(links.filter(link => !anchors.includes(link))).toEqual([]);
  for (const { code } of Object.values(EXIT_CODES)) expect(anchors).toContain(`exit-${code}`);
  for (const code of problemCodes) expect(anchors).toContain(`problem-${code}`);
});
