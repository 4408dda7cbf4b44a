import type { BootOptions } from '@passfob/simulator';
import type { UsbipOptions } from '@passfob/simulator/ports/usbip/front';
import { expect, it } from 'vitest';
import { bytes } from './kit.ts';
import { plugged } from './usbip-kit.ts';

/** The descriptors as bytes: a change here is a change of the device that computers see. */
const configuration = async (options: Partial<BootOptions>, front: Partial<UsbipOptions> = {}) => {
  const { computer } = await plugged(options, front);
  await computer.import();
  const device = (await computer.get(0x8006, 0x0100)).data.toString('hex');
  expect(device).toBe('12010002ef0201408304405700020102' + '0301');
  return (await computer.get(0x8006, 0x0200)).data.toString('hex');
};
const SERIAL = (capabilities: string) =>
  '080b00020202010009040000010202010005240010010524010001' +
  `042402${capabilities}052406000107058203080010090401000` +
  '20a0000000705010240000007058102400000';

it('the descriptors of the pico are those of a serial port and a keyboard', async () =>
  expect(await configuration({})).toBe(
    `0902640003 0100c032 ${SERIAL('02')} 090402000103000000 09211101000122`.replaceAll(' ', '') +
      '2700' +
      '0705830310000a',
  ));

it('the descriptors of the pico-hid have an endpoint for reports from the computer, and a break on request', async () =>
  expect(await configuration({ board: 'pico-hid' }, { offersBreak: true })).toBe(
    `09026b00030100c032 ${SERIAL('06')} 090402000203000000 09211101000122`.replaceAll(' ', '') +
      '4400' +
      '0705830340000a0705030340000a',
  ));

it('the descriptors have no HID where the image offers none', async () =>
  expect(await configuration({ image: { '.bootcde': bytes('E.setConsole(null,{force:true});') } })).toBe(
    `09024b00020100c032${SERIAL('02')}`,
  ));
