import { describe, expect, test } from 'vitest';
import { Bench } from '../kit/usb/bench.ts';

describe('a USB host whose cable or computer comes and goes', () => {
  test('the cable out in the middle of a transfer loses it, and all works after the next plug', () => {
    const bench = new Bench();
    const read: number[] = [];
    bench.host.serial.onData(bytes => read.push(...bytes));
    bench.configure();
    bench.gadget.sendSerial(Uint8Array.of(1));
    bench.host.serial.write(Uint8Array.of(2));
    bench.run(5);
    expect(read).toEqual([1]);
    bench.gadget.onPacket = () => {};
    bench.host.serial.write(new Uint8Array(200));
    bench.host.serial.hold(true);
    bench.gadget.sendSerial(new Uint8Array(100));
    bench.run(5);
    bench.host.unplug();
    bench.run(50);
    expect(bench.host.state).toBe('unplugged');
    expect(bench.host.serial).toMatchObject({ isConnected: false, pending: 0 });
    expect(bench.gadget.log.at(-1)).toBe('disconnected');
    bench.host.serial.write(new Uint8Array(8));
    bench.host.serial.hold(false);
    bench.gadget.received.length = 0;
    bench.gadget.onPacket = () => bench.gadget.listen();
    bench.configure();
    bench.host.serial.write(Uint8Array.of(1));
    bench.gadget.sendSerial(Uint8Array.of(2));
    bench.run(10);
    expect(bench.gadget.received).toEqual([1]);
    expect(read).toEqual([1, 2]);
  });

  test('the cable out at any moment of the enumeration is followed by a full one', () => {
    for (let milliseconds = 1; milliseconds < 270; milliseconds += 7) {
      const bench = new Bench({ seed: milliseconds });
      bench.host.plug();
      bench.run(milliseconds);
      bench.host.unplug();
      bench.run(3);
      bench.configure();
      expect(bench.host.hid.reportDescriptors.size, `after ${milliseconds} ms`).toBe(1);
    }
  });

  test('VBUS is told to others before the controller senses it', () => {
    const told: boolean[] = [];
    const bench = new Bench({ onVbus: isOn => told.push(isOn) });
    bench.host.plug();
    bench.host.plug();
    bench.host.unplug();
    expect(told).toEqual([true, false]);
  });

  test('a sleeping computer suspends the device, and resumes it configured', () => {
    const bench = new Bench();
    bench.configure();
    bench.gadget.log.length = 0;
    bench.wakeups = 0;
    bench.host.sleep();
    bench.run(5);
    expect(bench.gadget.log).toEqual([]);
    bench.run(5);
    expect(bench.gadget.log).toEqual(['suspended']);
    bench.host.serial.write(Uint8Array.of(5));
    bench.run(100);
    expect(bench.gadget.received).toEqual([]);
    bench.host.wake();
    bench.run(50);
    expect(bench.gadget.log).toEqual(['suspended', 'resumed']);
    expect(bench.wakeups).toBe(1);
    expect(bench.gadget.received).toEqual([5]);
  });

  test('a device wakes its computer', () => {
    const bench = new Bench();
    bench.configure();
    bench.host.sleep();
    bench.run(10);
    bench.gadget.driver.set(0x804, 1);
    bench.run(50);
    expect(bench.host.state).toBe('configured');
  });

  test('a device that lets go of D+ is lost, and enumerated when it comes back', () => {
    const bench = new Bench();
    bench.configure();
    bench.gadget.driver.set(0x804, 2);
    bench.run(1);
    expect(bench.host.state).toBe('empty');
    bench.gadget.driver.write(0x804, 0);
    bench.run(50);
    expect(bench.host.state).toBe('attached');
    bench.run(1000);
    expect(bench.host.state).toBe('configured');
  });

  test('a device whose chip is reset in the middle is enumerated anew', () => {
    const bench = new Bench();
    bench.configure();
    bench.host.serial.write(new Uint8Array(1000));
    bench.otg.reset();
    bench.run(10);
    expect(bench.host.state).toBe('empty');
    bench.gadget.driver.start(false);
    bench.until(() => bench.host.state === 'configured');
  });

  test('a device that stops to answer gets a reset of the port', () => {
    const bench = new Bench();
    bench.configure();
    bench.gadget.log.length = 0;
    bench.clocks.change({ usbClock: 0 });
    bench.host.serial.write(Uint8Array.of(1));
    bench.run(20);
    expect(bench.host.state).toBe('enumerating');
    bench.clocks.change({ usbClock: 48_000_000 });
    bench.until(() => bench.host.state === 'configured');
    expect(bench.gadget.log).toContain('reset');
  });
});
