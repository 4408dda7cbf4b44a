import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { expect, it } from 'vitest';
import { describeNeeds, needsEspruinosArm } from '../../../kit/tools.ts';
import { booted } from './espruino-kit.ts';

/** A keyboard of six keys (HID 1.11 appendix E.6), without its lights. */
const KEYBOARD =
  '[5,1,9,6,161,1,5,7,25,224,41,231,21,0,37,1,117,1,149,8,129,2,149,1,117,8,129,1,149,6,117,8,21,0,37,101,5,7,25,0,41,101,129,0,192]';

describeNeeds(needsEspruinosArm(), "Espruino's own USB driver and a USB host", paths => {
  it.each(paths)('%s is enumerated with its strings', path => {
    const { host } = booted(path);
    expect(host.state).toBe('configured');
    expect(host.device).toMatchObject({
      facts: { vendor: 0x0483, product: 0x5740, class: 0xef, packetBytes: 64 },
      manufacturer: 'STMicroelectronics',
      product: 'STM32 Virtual ComPort',
    });
    expect(host.device?.configuration.interfaces.map(face => face.class)).toEqual([2, 10]);
  });

  it.each(paths)('%s goes on after the cable was out in the middle of its output', path => {
    const board = booted(path);
    board.evaluated('echo(0);for(var i=0;i<400;i++)print("line "+i)', 20);
    board.host.unplug();
    board.run(500);
    expect(board.host.state).toBe('unplugged');
    board.host.plug();
    board.run(1_500);
    expect(board.host.state).toBe('configured');
    for (const word of ['one', 'two']) expect(board.evaluated(`print("${word}")`)).toBe(`${word}\r\n`);
  });

  it.each(paths)('%s goes on after its computer slept', path => {
    const board = booted(path);
    board.evaluated('echo(0)');
    board.host.sleep();
    board.run(300);
    board.host.wake();
    board.run(300);
    for (const word of ['one', 'two']) expect(board.evaluated(`print("${word}")`)).toBe(`${word}\r\n`);
  });

  it.each(paths)('%s goes on after a reset of the port', path => {
    const board = booted(path);
    board.evaluated('echo(0)');
    board.host.resetPort();
    board.run(1_000);
    for (const word of ['one', 'two']) expect(board.evaluated(`print("${word}")`)).toBe(`${word}\r\n`);
  });

  it.each(paths)('%s sends reports as a keyboard, one each ten milliseconds', path => {
    const board = booted(path);
    board.evaluated(`E.setUSBHID({reportDescriptor:${KEYBOARD}})`);
    board.host.unplug();
    board.run(100);
    board.host.plug();
    board.run(1_000);
    expect(board.host.hid.reportDescriptors.get(2)).toHaveLength(45);
    board.evaluated(
      'n=0;t=setInterval(()=>{if(n>3)clearInterval(t);else if(E.sendUSBHID([0,0,4+n,0,0,0,0,0]))n++},2)',
    );
    expect(board.reports.map(({ bytes }) => bytes[2])).toEqual([4, 5, 6, 7]);
    const [first, , , last] = board.reports.map(({ at }) => at / TICKS_PER_US / 1000);
    expect((last ?? 0) - (first ?? 0)).toBeCloseTo(30, 0);
  });

  it.each(paths)('%s sleeps deeply without a cable, and wakes as it is plugged in', path => {
    const board = booted(path);
    board.evaluated('setDeepSleep(1);echo(0)');
    board.host.unplug();
    board.run(2_500);
    expect(board.chip.isInDeepSleep).toBe(true);
    board.host.plug();
    board.run(1_500);
    expect(board.chip.isInDeepSleep).toBe(false);
    board.said();
    expect(board.evaluated('print("awake")')).toBe('awake\r\n');
  });
});
