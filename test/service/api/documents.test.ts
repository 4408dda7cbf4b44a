import { readFileSync } from 'node:fs';
import { accessLimits } from '@passfob/service/base/limits/access';
import { administrationLimits } from '@passfob/service/base/limits/administration';
import { alertLimits } from '@passfob/service/base/limits/alerts';
import { webLimits } from '@passfob/service/base/limits/web';
import { operationRows, problemRows } from '@passfob/service/doors/api/describe/tables';
import { expect, test } from 'vitest';
import { tableAfter } from '../../tidy/tables.ts';
import { Bureau } from './kit.ts';

const document = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');

test('the table of operations in docs/api.md matches the routes of a running service', async () => {
  await using bureau = await Bureau.open();
  expect(tableAfter('operations', document)).toEqual(operationRows(bureau.routes));
});

test('the table of problems in docs/api.md matches the problems of the service', () => {
  expect(tableAfter('problems', document)).toEqual(problemRows());
});

test('the numbers in docs/api.md match the limits', () => {
  const { sourceBucket } = webLimits;
  const { administrationBucket } = administrationLimits;
  for (const stated of [
    `within ${accessLimits.reauthenticationMs / 60_000} minutes (${accessLimits.linkFreshMs / 60_000} minutes for`,
    `(${sourceBucket.burst} at once, ${sourceBucket.perSecond} a second`,
    `more than ${administrationBucket.burst} times at once or ${administrationBucket.perSecond} times a second`,
    `up to ${administrationLimits.pageRowsMax}, ${alertLimits.alertsListed} of alerts`,
    `up to ${administrationLimits.importBodyMaxBytes / 1_048_576} MiB`,
  ])
    expect(document.replaceAll('\n', ' ')).toContain(stated);
});
