import { runInNewContext } from 'node:vm';
import { waitingScript } from '@passfob/demo/example/style';
import { expect, it } from 'vitest';

/** The waiting page's script; the test controls its stream and its answers. */
function waitingPage(state: string) {
  const listeners = new Map<string, () => void>();
  const went: string[] = [];
  const asked: string[] = [];
  const later: (() => void)[] = [];
  let closes = 0;
  class EventSource {
    addEventListener(type: string, listener: () => void): void {
      listeners.set(type, listener);
    }
    close(): void {
      closes++;
    }
  }
  const fetch = async (path: string) => {
    asked.push(path);
    return { ok: true, json: async () => ({ state }) };
  };
  const setTimeout = (run: () => void) => later.push(run);
  const location = { replace: (path: string) => went.push(path) };
  runInNewContext(waitingScript(1), { EventSource, fetch, setTimeout, location });
  const fire = async (type: string) => {
    listeners.get(type)?.();
    await new Promise(resolve => setImmediate(resolve));
  };
  return { fire, went, asked, later, closes: () => closes };
}

it('the waiting page moves on once where the stream ends after the decision', async () => {
  const page = waitingPage('refused');
  await page.fire('decided');
  const closes = page.closes();
  // An event that was already on its way.
  await page.fire('error');
  expect([page.went, page.asked, closes]).toEqual([['/'], [], 1]);
});

it('the waiting page asks where the stream breaks, and moves on once at a decision', async () => {
  const page = waitingPage('refused');
  await page.fire('error');
  expect([page.went, page.asked, page.later.length]).toEqual([['/'], ['/state'], 0]);
});

it('the waiting page asks again as long as nothing is decided', async () => {
  const page = waitingPage('waiting');
  await page.fire('error');
  expect([page.went, page.asked, page.later.length]).toEqual([[], ['/state'], 1]);
  page.later[0]?.();
  await new Promise(resolve => setImmediate(resolve));
  expect([page.went, page.asked, page.later.length]).toEqual([[], ['/state', '/state'], 2]);
});
