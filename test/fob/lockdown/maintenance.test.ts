import { PACKET_ANSWER } from '@passfob/protocol/limits';
import { afterEach, expect, it } from 'vitest';
import { heardFrom } from '../../kit/heard.ts';
import { ascii, Owner } from '../conformance/owner.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';

const LINE = '\x10print(6*7)\n';
/** The answer to a packet, and nothing else. */
const NOTHING = String.fromCharCode(PACKET_ANSWER);

let driver: SimulatorDriver | undefined;
afterEach(() => driver?.close());

async function owned(): Promise<{ one: SimulatorDriver; owner: Owner; type(line: string): Promise<string> }> {
  const one = new SimulatorDriver();
  driver = one;
  const owner = new Owner(one);
  await owner.pair();
  const heard = heardFrom(one.fob.serial('USB'));
  const type = async (line: string) => {
    heard.text = '';
    one.fob.serial('USB').write(ascii(line));
    await one.advance(500);
    return heard.text;
  };
  return { one, owner, type };
}

it('maintenance opens the console to its port after an approval, until the next reset', async () => {
  const { one, owner, type } = await owned();
  expect(await type(LINE)).toBe(NOTHING);
  await owner.client.call('maintain', {}, { onPressNeeded: owner.approve });
  await one.advance(500);
  expect(await type(LINE)).toContain('42\r\n');
  expect((await one.screen()).join(' ').toLowerCase()).toContain('maintenance');
  await one.reboot();
  expect(await type(LINE)).toBe(NOTHING);
  await owner.open();
  expect((await owner.client.call('info', {})).accounts).toBe(0);
  expect(one.fob.violations).toEqual([]);
});

it('maintenance opens nothing when it is declined, or requested by anyone but the owner', async () => {
  const { owner, type } = await owned();
  const declined = owner.client.call('maintain', {}, { onPressNeeded: owner.deny });
  await expect(declined).rejects.toMatchObject({ refusal: 'press-denied' });
  expect(await type(LINE)).toBe(NOTHING);
});
