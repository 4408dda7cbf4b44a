import { isolate } from '@passfob/simulator/interpreter/contexts/browser/isolate';
import { expect, it } from 'vitest';
import { report, SEARCH } from '../../unit/simulator/escapes/search.ts';
import { bytes } from '../../unit/simulator/kit.ts';
import { startWorker, WAYS_OUT } from './worker.ts';

/** Without those that a board or its functions have as well. */
const SOUGHT = [...WAYS_OUT, 'crypto', 'performance', 'WebAssembly'].filter(
  name => name !== 'name' && name !== 'console',
);

/** Boots an image that looks for a way out. Returns what it says, and the ways out that were used. */
async function search(isIsolated: boolean): Promise<{ said: string[]; used: readonly string[] }> {
  const worker = startWorker();
  if (isIsolated) expect([...worker.simulator.isolate()]).toEqual([]);
  const image = { '.bootcde': bytes(SEARCH + report(SOUGHT)) };
  const fob = worker.simulator.boot({ board: 'pico', crystal: false, image });
  fob.press();
  fob.serial('USB').write(Uint8Array.of(65));
  fob.advance(20);
  // Promises of the language settle in microtasks.
  await new Promise(resolve => setTimeout(resolve, 0));
  fob.advance(1_000);
  const said = fob.consoleText().split('\n');
  fob.close();
  return { said: said.filter(line => line.startsWith('reached')), used: worker.used };
}

it('an image reaches no way out of a worker that is isolated', async () =>
  expect(await search(true)).toEqual({ said: ['reached  true'], used: [] }));

it('an image reaches the global object of a worker that is not isolated, so that the search finds what is there', async () => {
  const { said } = await search(false);
  for (const name of ['fetch', 'postMessage', 'indexedDB', 'importScripts', 'crypto'])
    expect(said.join()).toContain(name);
});

it('a worker that is isolated keeps the names that its program asks for, and still runs fobs', () => {
  const worker = startWorker();
  expect(worker.evaluate('typeof fetch')).toBe('function');
  worker.simulator.isolate(['postMessage', 'crypto']);
  expect(worker.evaluate('[typeof postMessage, typeof crypto, typeof fetch, typeof setTimeout].join()')).toBe(
    'function,object,undefined,undefined',
  );
  const image = { '.bootcde': bytes('setTimeout(function () { print(1 + 1); }, 5)') };
  const fob = worker.simulator.boot({ board: 'pico', crystal: false, image });
  fob.advance(10);
  expect(fob.consoleText()).toBe('2\n');
});

it('isolating takes names from the prototypes of the global object, too, and names those it cannot take', () => {
  const parent = { addEventListener() {}, toString: undefined };
  const global = Object.create(parent, {
    location: { value: 1, configurable: false },
    fetch: { value: 1, configurable: true },
    Math: { value: Math, configurable: true },
  });
  expect(isolate([], global)).toEqual(['location']);
  expect(Object.keys(parent)).toEqual([]);
  expect(Object.getOwnPropertyNames(global)).toEqual(['location', 'Math']);
});
