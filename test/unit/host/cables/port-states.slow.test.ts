import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PtyFront, ptyFront } from '@passfob/simulator/ports/pty';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { thisSystem } from 'passfob/doctor/this-system';
import { SERIAL_BAUD } from 'passfob/limits';
import { openSerial } from 'passfob/transports/serial';
import { SerialPort } from 'serialport';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../kit/folder.ts';
import { describeNeeds, itNeeds, type Need, needsTool } from '../../../kit/tools.ts';
import { passfob, type RunOptions } from '../kit/cli.ts';
import { failure } from '../kit/failure.ts';
import { needsBuild, needsOrdinaryUser, needsPty } from '../kit/simulated-fob.ts';

const home = temporaryFolder('test', afterAll);

async function needsHid(): Promise<Need<true>> {
  const words = await thisSystem().load('node-hid');
  return { name: 'libusb and libudev', found: words === undefined || undefined };
}

/** Returns the output of `passfob info` for a port without a fob. */
async function said(port: string, options: Partial<RunOptions> = {}) {
  const { stderr, exitCode } = await passfob(['info', '--device', port], { home, ...options });
  const name = Object.entries(EXIT_CODES).find(([, { code }]) => code === exitCode)?.[0];
  return { text: stderr.replaceAll(port, 'PORT'), exit: name };
}

/** A pseudo-terminal whose far end stays silent. */
async function quietPty(): Promise<PtyFront> {
  const front = await ptyFront({ write: () => undefined, onData: () => () => undefined });
  onTestFinished(() => front.close());
  return front;
}

const hid = await needsHid();

describeNeeds(needsBuild, 'port states in words', () => {
  it('passfob reports an absent port', async () => {
    expect(await said(join(home, 'ttyACM9'))).toEqual({
      text: 'passfob: There is no port PORT.\nPlug the fob in; passfob devices lists what is there. Run: passfob doctor --port PORT\n',
      exit: 'no-fob',
    });
    expect((await said('COM12')).text).toMatch(/^passfob: There is no port PORT\.\n/);
  });

  it('passfob reports a path that is no port', async () => {
    expect(await said(tmpdir())).toEqual({
      text:
        'passfob: The port PORT cannot be opened.\n' +
        'Name the port of the fob with --device; passfob devices lists what is there. Run: passfob doctor --port PORT\n',
      exit: 'no-fob',
    });
  });

  itNeeds(needsPty, 'passfob reports a busy port, and its user', async () => {
    const { path } = await quietPty();
    const held = await openSerial(path);
    onTestFinished(() => held.close());
    const { text, exit } = await said(path);
    expect(exit).toBe('port-busy');
    const [sentence, next] = text.split('\n');
    expect(sentence).toMatch(
      new RegExp(`^passfob: Another program uses the port PORT: .*\\(process ${process.pid}\\)`),
    );
    expect(next).toBe(
      'End the other program (a terminal, an IDE or another passfob), then run the command again. Run: passfob doctor --port PORT',
    );
  });

  itNeeds(needsOrdinaryUser, 'passfob reports a forbidden port', async through => {
    const { path } = await quietPty();
    chmodSync(path, 0o000);
    const theirs = temporaryFolder();
    chmodSync(theirs, 0o777);
    const options = { through, home: join(theirs, 'inventory') };
    const { text, exit } = await said(path, options);
    expect({ text, exit }).toEqual({
      text:
        'passfob: This user may not open the port PORT.\n' +
        'Run: passfob doctor, which says how to allow it: by the udev rules of passfob, or by the group that owns the port.\n',
      exit: 'port-forbidden',
    });
  });

  itNeeds(needsPty, 'passfob reports a silent port', async () => {
    const { path } = await quietPty();
    expect(await said(path)).toEqual({
      text:
        'passfob: The fob at PORT does not answer.\n' +
        'Check that it has power and runs the Passfob firmware, then run the command again. Run: passfob doctor --port PORT\n',
      exit: 'no-answer',
    });
  });

  itNeeds(hid, 'passfob reports an absent HID device', async () => {
    expect(await said('hid:/dev/hidraw99')).toEqual({
      text: 'passfob: There is no port PORT.\nPlug the fob in; passfob devices lists what is there. Run: passfob doctor --port PORT\n',
      exit: 'no-fob',
    });
  });

  it('passfob reports HID on a machine without libusb, where serial ports do not matter', async () => {
    // The text is that of the loader on such a machine.
    const preload = `const real = process.dlopen; process.dlopen = (module, file, ...rest) => {
      if (/HID/.test(file)) throw new Error('libusb-1.0.so.0: cannot open shared object file: No such file or directory');
      return real.call(process, module, file, ...rest);
    };`;
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` };
    expect(await said('hid:/dev/hidraw0', { environment })).toEqual({
      text:
        'passfob: HID devices cannot be reached: libusb-1.0.so.0 is not installed.\n' +
        'Run: passfob doctor, which says how to install it. The serial port works without it.\n',
      exit: 'no-fob',
    });
    expect((await said(join(home, 'ttyACM9'), { environment })).exit).toBe('no-fob');
    expect((await passfob(['devices', '--json'], { home, environment })).json()).toMatchObject({ ok: true });
  });
});

describeNeeds(needsTool('socat'), 'serial ports', socat => {
  /** A pseudo-terminal whose far end has stopped reading, as a hanging device does. */
  async function hangingPty(): Promise<string> {
    const path = join(home, 'hanging');
    const child = spawn(socat, [`pty,rawer,link=${path}`, '-']);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    while (!existsSync(path)) await new Promise(resolve => setTimeout(resolve, 10));
    child.kill('SIGSTOP');
    return path;
  }

  it('passfob distinguishes a hanging port from a silent one', async () => {
    const path = await hangingPty();
    const transport = await openSerial(path);
    const reason = new Promise(resolve => transport.onClose(resolve));
    const fill = async () => {
      for (let i = 0; i < 1_000; i++) await transport.send('x'.repeat(500));
    };
    const hung = await failure(fill());
    expect(`${hung.message} ${hung.next}`.replaceAll(path, 'PORT')).toBe(
      'The port PORT hangs: it takes no bytes. ' +
        'Unplug the fob, wait a second and plug it in again. Then run the command again.',
    );
    expect(await reason).toBe(hung);
    expect(await failure(transport.send('x'))).toBe(hung);
  });
});

describeNeeds(needsPty, 'pseudo-terminals', () => {
  it('a port without modem lines to raise opens all the same', async () => {
    const { path } = await quietPty();
    const bare = new SerialPort({ path, baudRate: SERIAL_BAUD, autoOpen: false });
    await new Promise<void>(resolve => bare.open(() => resolve()));
    const refusal = await new Promise(resolve => bare.set({ dtr: true, rts: true }, resolve));
    await new Promise<void>(resolve => bare.close(() => resolve()));
    expect(refusal).toBeInstanceOf(Error);

    const transport = await openSerial(path);
    await transport.send('~');
    await transport.close();
  });

  it('a port that hangs up between two reads keeps no processor busy once the hang-up was noticed', async () => {
    let say: (bytes: Uint8Array) => void = () => undefined;
    const front = await ptyFront({
      write: () => undefined,
      onData(listener) {
        say = listener;
        return () => undefined;
      },
    });
    onTestFinished(() => front.close());
    const transport = await openSerial(front.path);
    const reason = new Promise(resolve => transport.onClose(resolve));
    transport.onText(() => void front.unplug());
    say(Uint8Array.of(0x41));
    await reason;
    await transport.close();
    const before = process.cpuUsage();
    await new Promise(resolve => setTimeout(resolve, 500));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(250);
  });
});
