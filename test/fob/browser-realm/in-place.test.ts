import { boot, memoryStore } from '@passfob/simulator';
import { boot as bootInNode } from '@passfob/simulator/fob/boot';
import { expect, it } from 'vitest';
import { run } from '../../unit/simulator/kit.ts';
import * as browser from './simulator.ts';

it('tests of this project run images in the realm of a browser, by whichever name they import the simulator', () => {
  expect([boot, bootInNode, memoryStore]).toEqual([browser.boot, browser.boot, browser.memoryStore]);
  const fob = run('print(typeof Map, global.constructor)');
  // Node's context has no constructor there, and an image in a browser no built-ins that its board lacks.
  expect(fob.consoleText()).toBe('undefined undefined\n');
  expect(fob.screen().bitmap.pixels).not.toBeInstanceOf(Uint8Array);
});
