import { watchAlertsShown } from '@passfob/demo/play/alerts-shown';
import { type ProgressStage, watchProgress } from '@passfob/demo/play/progress';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers({ now: 10_000 }));
afterEach(() => void vi.useRealTimers());

const line = { method: 'GET', route: '/operator', status: 200, ms: 5 };

it.each([
  ['another message', 'trouble', line],
  ['a form', 'request', { ...line, method: 'POST' }],
  ['another page of the console', 'request', { ...line, route: '/operator/users' }],
  ['the page of a one-time link', 'request', { ...line, route: '/operator/enter' }],
  ['a browser that is not signed in', 'request', { ...line, status: 401 }],
] as const)('%s does not show the alerts', (_, message, fields) => {
  const { alertsShown, log } = watchAlertsShown(Date.now);
  log('info', message, fields);
  expect(alertsShown.lastMs).toBe(0);
});

it('alerts are shown as of the time when the dashboard was requested', () => {
  const { alertsShown, log } = watchAlertsShown(Date.now);
  log('info', 'request', line);
  expect(alertsShown.lastMs).toBe(9_995);
  // A slow request that began earlier.
  log('info', 'request', { ...line, ms: 500 });
  expect(alertsShown.lastMs).toBe(9_995);
});

/** Watches a service with one alert and these log-ins. */
function watched(
  alert: { readonly kind: string; readonly lastMs: number },
  events: readonly { readonly outcome: string; readonly atMs: number }[] = [],
) {
  const { alertsShown, log } = watchAlertsShown(Date.now);
  const stage = {
    fob: { control: { onScreen: () => () => undefined } },
    service: { events: async () => events, alerts: async () => [alert] },
    alertsShown,
    context: { now: Date.now },
  } as unknown as ProgressStage;
  const progress = watchProgress(stage);
  progress.onChange(() => undefined);
  const showDashboard = async () => {
    log('info', 'request', line);
    await vi.advanceTimersByTimeAsync(1_000);
    return progress.now.alertShownMs > 0;
  };
  return { progress, showDashboard };
}

it('the alert counts as shown only by a dashboard that was requested after it', async () => {
  const { progress, showDashboard } = watched({ kind: 'replay', lastMs: 10_400 });
  expect(await showDashboard()).toBe(false);
  expect(await showDashboard()).toBe(true);
  progress.close();
});

it.each([
  ['an alert of another kind', { kind: 'report', lastMs: 10_400 }],
  ['an alert from before this start of the demo', { kind: 'replay', lastMs: 9_000 }],
] as const)('%s does not count as the alert about a used passcode', async (_, alert) => {
  const { progress, showDashboard } = watched(alert);
  expect([await showDashboard(), await showDashboard()]).toEqual([false, false]);
  progress.close();
});

it.each([
  ['an acceptance alone', { accepted: 10_400 }, false],
  ['a refusal alone', { replay: 10_400 }, false],
  ['an acceptance from before this start of the demo', { replay: 10_400, accepted: 9_000 }, false],
  ['an acceptance and the refusal of its passcode', { replay: 10_500, accepted: 10_400 }, true],
])('%s: the step about typing a passcode twice is done only after the refusal', async (_, times, isDone) => {
  const events = Object.entries(times).map(([outcome, atMs]) => ({ outcome, atMs }));
  const { progress } = watched({ kind: 'report', lastMs: 0 }, events);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(progress.now.refused).toBe(isDone);
  progress.close();
});
