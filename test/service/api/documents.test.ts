import { readFileSync } from 'node:fs';
import { accessLimits } from '@passfob/service/base/limits/access';
import { administrationLimits } from '@passfob/service/base/limits/administration';
import { alertLimits } from '@passfob/service/base/limits/alerts';
import { webLimits } from '@passfob/service/base/limits/web';
import { expect, test } from 'vitest';

const document = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');

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
