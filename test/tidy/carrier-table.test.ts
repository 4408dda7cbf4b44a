import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CARRIER_DOCUMENT, unexplainedMessages, withCarrierTable } from './carrier-table.ts';
import { root, textOf } from './files.ts';

/** Set by `npm run docs`, which writes the table instead of comparing it. */
const mayWrite = process.env.PASSFOB_WRITE_DOCUMENTS === '1';

it('docs/carrier.md has the table of messages that the protocol gives (npm run docs writes it)', () => {
  const document = textOf(CARRIER_DOCUMENT) ?? '';
  const current = withCarrierTable(document);
  if (mayWrite && current !== document) writeFileSync(join(root, CARRIER_DOCUMENT), current);
  expect(mayWrite ? current : document).toBe(current);
  expect(unexplainedMessages(current)).toEqual([]);
});
