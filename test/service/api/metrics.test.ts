import { makeMetrics } from '@passfob/service/features/metrics/metrics';
import { expect, test } from 'vitest';
import { add, apiKeyOf, codeNow, NOON_MS, newToken, post } from '../kit.ts';
import { addFob, Bureau } from './kit.ts';

test('a histogram counts into every bucket above, labels are escaped, and services have separate counters', async () => {
  const metrics = makeMetrics('1');
  for (const size of [1, 3, 64, 99]) metrics.decided(size);
  const text = await metrics.registry.getSingleMetricAsString('passfob_log_in_batch_size');
  expect(text.split('\n')).toEqual([
    '# HELP passfob_log_in_batch_size Log-ins decided in one transaction.',
    '# TYPE passfob_log_in_batch_size histogram',
    ...[1, 1, 2, 2, 2, 2, 3].map((count, at) => `passfob_log_in_batch_size_bucket{le="${2 ** at}"} ${count}`),
    'passfob_log_in_batch_size_bucket{le="+Inf"} 4',
    'passfob_log_in_batch_size_sum 167',
    'passfob_log_in_batch_size_count 4',
  ]);
  metrics.radius.inc({ fate: 'x"y\\z\n' });
  expect(await metrics.registry.metrics()).toContain(
    '\npassfob_radius_packets_total{fate="x\\"y\\\\z\\n"} 1\n',
  );
  metrics.took('accepted');
  expect(await metrics.registry.metrics()).toContain('\npassfob_log_ins_total{outcome="accepted"} 1\n');
  expect(await makeMetrics('1').registry.metrics()).not.toContain('\npassfob_log_ins_total{');
});

test('metrics report log-ins, requests, alerts and jobs in the text format, and name nobody', async () => {
  await using bureau = await Bureau.open();
  const token = await add(bureau.service, newToken({ user: 'countess', serial: 'FOB-17' }));
  const ask = () =>
    post(bureau.service, apiKeyOf(bureau.service), { user: 'countess', passcode: codeNow(token, NOON_MS) });
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 403]);
  const admin = await bureau.key('admin');
  await bureau.ask('GET', '/v1/users/countess', admin);
  await bureau.ask('GET', '/no/such/countess', admin);
  await addFob(bureau.office, 'PF-17');
  await bureau.ask('POST', '/v1/fobs/PF-17/set-clock', admin);
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
    'passfob_fob_tasks_open{kind="clock"} 1',
    'passfob_fobs{health="all"} 1',
    'passfob_fobs{health="battery_low"} 0',
    'passfob_fobs{health="not_seen"} 1',
    'passfob_fobs{health="tasks_open"} 1',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).toMatch(/^passfob_audit_unsealed_rows [1-9]\d*$/m);
  expect(text).not.toMatch(/countess|FOB-17|PF-17|127\.0\.0\.1/);
  for (const line of text.trimEnd().split(/\n+/))
    expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? [\d.e+-]+)$/);
  const families = [...text.matchAll(/^# TYPE (\w+)/gm)].map(match => match[1]);
  expect(new Set(families).size).toBe(families.length);
});
