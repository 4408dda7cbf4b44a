import { labelText, makeCounter, makeHistogram } from '@passfob/service/features/metrics/histogram';
import { expect, test } from 'vitest';
import { add, apiKeyOf, codeNow, NOON_MS, newToken, post } from '../kit.ts';
import { Bureau } from './kit.ts';

test('a histogram counts into every bucket above, and labels are escaped', () => {
  const histogram = makeHistogram([1, 5]);
  for (const value of [0.5, 1, 3, 9]) histogram.observe({ route: '/a' }, value);
  expect(histogram.lines('seconds')).toEqual([
    'seconds_bucket{route="/a",le="1"} 2',
    'seconds_bucket{route="/a",le="5"} 3',
    'seconds_bucket{route="/a",le="+Inf"} 4',
    'seconds_sum{route="/a"} 13.5',
    'seconds_count{route="/a"} 4',
  ]);
  expect(labelText({ a: 'x"y\\z\n' })).toBe('{a="x\\"y\\\\z\\n"}');
  const counter = makeCounter();
  counter.add({ a: '1' });
  counter.add({ a: '1' }, 2);
  expect(counter.lines('n')).toEqual(['n{a="1"} 3']);
});

test('metrics tell of log-ins, requests, alerts and jobs, in the text format, and name nobody', async () => {
  await using bureau = await Bureau.open();
  const token = await add(bureau.service, newToken({ user: 'countess', serial: 'FOB-17' }));
  const ask = () =>
    post(bureau.service, apiKeyOf(bureau.service), { user: 'countess', passcode: codeNow(token, NOON_MS) });
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 403]);
  const admin = await bureau.key('admin');
  await bureau.ask('GET', '/v1/users/countess', admin);
  await bureau.ask('GET', '/no/such/countess', admin);
  await bureau.ask('POST', '/v1/jobs', admin, { kind: 'suspend', serials: ['FOB-17'] });
  const { text, headers, status } = await bureau.ask('GET', '/metrics', await bureau.key('auditor'));
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  for (const line of [
    `passfob_build_info{version="0.1.0",node="${process.version}"} 1`,
    'passfob_log_ins_total{outcome="accepted"} 1',
    'passfob_log_ins_total{outcome="replay"} 1',
    'passfob_log_ins_waiting 0',
    'passfob_log_in_batch_size_count 2',
    'passfob_http_request_seconds_count{method="POST",route="/v1/validate",status="4xx"} 1',
    'passfob_http_request_seconds_count{method="GET",route="/v1/users/:user",status="2xx"} 1',
    'passfob_http_request_seconds_count{method="-",route="-",status="4xx"} 1',
    'passfob_alerts_open 1',
    'passfob_jobs{state="queued"} 1',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).toMatch(/^passfob_audit_unsealed_rows [1-9]\d*$/m);
  expect(text).not.toMatch(/countess|FOB-17|127\.0\.0\.1/);
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? [\d.e+-]+)$/);
  const families = [...text.matchAll(/^# TYPE (\w+)/gm)].map(match => match[1]);
  expect(new Set(families).size).toBe(families.length);
});
