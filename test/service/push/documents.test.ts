import { readFileSync } from 'node:fs';
import { challengeLimits } from '@passfob/service/base/limits/challenges';
import { pushLimits } from '@passfob/service/base/limits/push';
import { acceptedByTexts, pushOutcomes } from '@passfob/service/base/texts/push';
import { toldAs } from '@passfob/service/features/push/rows';
import { pushSuite, readPushSuite } from '@passfob/service/features/tokens/push-question';
import { expect, test } from 'vitest';

const document = readFileSync(new URL('../../../docs/push.md', import.meta.url), 'utf8');

test('docs/push.md names every state and the message to the session', () => {
  const rows = [...document.matchAll(/^\| (`[^|]+) \| [^|]+ \| ([^|]+) \|$/gm)].flatMap(
    ([, states = '', told = '']) =>
      [...states.matchAll(/`(\w+)`/g)].map(([, state = '']) => [state, told] as const),
  );
  const must = Object.entries(toldAs).map(([state, told]) => {
    if (told === undefined) return [state, 'waiting'];
    return [state, told === 'approved' ? 'accepted' : 'refused'];
  });
  const firstWords = rows.map(([state, told]) => [state, /^\w+/.exec(told)?.[0]]);
  expect(firstWords.sort()).toEqual(must.sort());
});

test('the numbers and texts in docs/push.md match the service', () => {
  const { pushDeniedQuietMs, pushReportedQuietMs, pushesUnapproved, pushesUnapprovedMs } = pushLimits;
  for (const stated of [
    `up to ${pushLimits.pushWaitMaxMs.toLocaleString('en')}`,
    `where ${pushLimits.pushWaitsAtOnce} wait on one node`,
    `${challengeLimits.challengeSessionMin} to ${challengeLimits.challengeSessionMax} characters`,
    `**${pushLimits.pushMs / 1000} seconds**`,
    `for ${pushDeniedQuietMs / 1000} seconds after they denied a request, and ${pushReportedQuietMs / 60_000} minutes after`,
    `after ${pushesUnapproved} requests in ${pushesUnapprovedMs / 60_000} minutes`,
    `${pushesUnapproved} from each trusted source`,
    `within the last ${pushLimits.pushFamiliarMs / 86_400_000} days`,
    `\`${pushSuite}\`, ${pushLimits.pushSecretBytes * 8} bits`,
    `is ${readPushSuite().questionLength * 4} bits of a SHA-256`,
    `*${acceptedByTexts.push}*`,
    ...Object.entries(pushOutcomes).flatMap(([outcome, text]) =>
      outcome === 'no_push' ? [] : [`*${text}*`],
    ),
  ])
    expect(document.replaceAll(/\s+/g, ' ')).toContain(stated);
});
