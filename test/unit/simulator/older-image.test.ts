import { memoryStore } from '@passfob/simulator';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { imageName, otherImage } from '@passfob/simulator/fob/image-name';
import { expect, it } from 'vitest';
import { Owner } from '../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { RFC4226, RFC4226_KEY } from '../../fob/conformance/vectors.ts';
import { olderImage } from './older-image.ts';

it('a state keeps its image, and an update of the image keeps the owner, the accounts and their counters', async () => {
  const storage = memoryStore();
  const first = new SimulatorDriver({ storage, image: olderImage() });
  const owner = new Owner(first);
  await owner.pair();
  await owner.put({ secret: RFC4226_KEY });
  await owner.toList();
  expect(await owner.pressed()).toBe(RFC4226[0]);
  await first.close();

  const firmwareOf = async (updateImage: boolean, expected: string | undefined) => {
    const driver = new SimulatorDriver({ storage, updateImage });
    const again = Object.assign(new Owner(driver), { key: owner.key, recoveryKey: owner.recoveryKey });
    await again.open();
    await again.toList();
    expect(await again.pressed()).toBe(expected);
    expect(driver.complaints()).toBe('');
    const { firmware } = await again.client.hello();
    const differs = otherImage(builtImage('pico'), name => driver.fob.storedFile(name));
    await driver.close();
    return { firmware, differs };
  };
  const before = await firmwareOf(false, RFC4226[1]);
  expect(before.firmware).toBe('0.1.0');
  expect(before.differs?.kept).toMatch(/^0\.1\.0 \([0-9a-f]{8}\)$/);
  expect(before.differs?.built).toBe(imageName(builtImage('pico').app));
  const after = await firmwareOf(true, RFC4226[2]);
  expect(after).toEqual({ firmware: before.differs?.built.replace(/ .*/, ''), differs: undefined });
});

it('a state that holds Espruino alone, or another program, is not compared', () => {
  expect(otherImage(builtImage('pico'), () => undefined)).toBeUndefined();
  expect(otherImage(builtImage('pico'), () => Buffer.from('print(1)'))).toBeUndefined();
  expect(imageName(olderImage().app)).toContain('0.1.0 ');
});
