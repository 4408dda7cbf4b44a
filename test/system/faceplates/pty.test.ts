import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Wire } from '@passfob/simulator/base/fob';
import { type PtyFront, type PtyOptions, PtyUnavailable, ptyFront } from '@passfob/simulator/ports/pty';
import { openSerial } from 'passfob/transports/serial';
import { SerialPort } from 'serialport';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { childrenOf, FLOOD_BYTES, keptOfFlood, loopedWire, spokenWire, taken } from './kit.ts';

let folder = '';
beforeEach(() => {
  folder = temporaryFolder('pty', onTestFinished);
});

async function plugged(wire: Wire, options: PtyOptions): Promise<PtyFront> {
  const front = await ptyFront(wire, { link: join(folder, 'fob'), ...options });
  onTestFinished(() => front.close());
  return front;
}

async function opened(path: string): Promise<SerialPort> {
  const port = await new Promise<SerialPort>((resolve, reject) => {
    const opening = new SerialPort({ path, baudRate: 115_200 }, error =>
      error ? reject(error) : resolve(opening),
    );
  });
  onTestFinished(() => closed(port));
  return port;
}

function closed(port: SerialPort): Promise<void> {
  return new Promise(resolve => {
    if (port.isOpen) port.close(() => resolve());
    else resolve();
  });
}

/** Every byte value beside every other, so that no pair of them has a special meaning. */
function everyPair(): Buffer {
  return Buffer.from(Array.from({ length: 65_536 }, (_, index) => [index >> 8, index & 0xff]).flat());
}

for (const way of ['socat', 'perl'] as const) {
  describeNeeds(needsTool(way), `fob on a pseudo-terminal made by ${way}`, () => {
    it('a pseudo-terminal passes every byte value unchanged, in every order of two', async () => {
      const front = await plugged(loopedWire(), { way });
      const port = await opened(front.path);
      const sent = everyPair();
      const received = taken(port);
      // In pieces that the far end has taken before the next goes: a real port loses bytes that overrun it.
      for (let from = 0; from < sent.length; from += 1_024) {
        const piece = sent.subarray(from, from + 1_024);
        port.write(piece);
        await received.until(from + piece.length);
      }
      expect(received.bytes().equals(sent)).toBe(true);
    });

    it("a pseudo-terminal does not echo the fob's output while no host is there", async () => {
      const heard: number[] = [];
      const { wire, say } = spokenWire();
      const front = await plugged({ ...wire, write: bytes => heard.push(...bytes) }, { way });
      say(Buffer.from('early\r\n'));
      const port = await opened(front.path);
      port.write(Buffer.from('hello'));
      await expect.poll(() => Buffer.from(heard).toString()).toContain('hello');
      expect(Buffer.from(heard).toString()).toBe('hello');
    });

    it('a pseudo-terminal loses bytes for a host that does not read, instead of keeping them all', async () => {
      const { wire, say, heard } = spokenWire();
      const front = await plugged(wire, { way });
      const port = await opened(front.path);
      port.write(Buffer.from([1]));
      await heard;
      expect(await keptOfFlood(port, say)).toBeLessThan(FLOOD_BYTES / 4);
    });

    it('a pseudo-terminal stays for the next host when one closes its end', async () => {
      const front = await plugged(loopedWire(), { way });
      for (const word of ['first', 'second']) {
        const port = await opened(front.path);
        const received = taken(port);
        port.write(Buffer.from(word));
        await received.until(word.length);
        expect(received.bytes().toString()).toBe(word);
        await closed(port);
      }
    });

    it('a pseudo-terminal disappears when unplugged, and is back under its name when replugged', async () => {
      const front = await plugged(loopedWire(), { way });
      // Through the host's transport: it has the watchdog for a hang-up that the driver itself misses.
      const host = await openSerial(front.path);
      onTestFinished(() => host.close());
      const echo = new Promise(resolve => host.onText(resolve));
      await host.send('anyone there?');
      await echo;
      const gone = new Promise(resolve => host.onClose(resolve));
      await front.unplug();
      expect(await gone).toMatchObject({ kind: 'unplugged' });
      expect(existsSync(front.path)).toBe(false);
      await expect(opened(front.path)).rejects.toThrow();

      await front.replug();
      const again = await opened(front.path);
      const received = taken(again);
      again.write(Buffer.from([1, 2, 3]));
      await received.until(3);
      expect([...received.bytes()]).toEqual([1, 2, 3]);
    });

    it('a pseudo-terminal leaves no link and no process behind', async () => {
      const front = await plugged(loopedWire(), { way });
      expect(childrenOf(process.pid, way)).toHaveLength(1);
      await front.close();
      expect(existsSync(front.path)).toBe(false);
      expect(childrenOf(process.pid, way)).toHaveLength(0);
    });

    it('a pseudo-terminal reports that its helper was killed', async () => {
      let told = (_why: string) => {};
      const lost = new Promise<string>(resolve => {
        told = resolve;
      });
      await plugged(loopedWire(), { way, onLost: why => told(why) });
      for (const pid of childrenOf(process.pid, way)) process.kill(pid, 'SIGKILL');
      expect(await lost).toBe(`${way} ended (SIGKILL)`);
    });

    it('a pseudo-terminal takes a link name that the helper could misread, and replaces a link of a killed run', async () => {
      const link = join(folder, "a, b:c!'(d)\\");
      const first = await plugged(loopedWire(), { way, link });
      for (const pid of childrenOf(process.pid, way)) process.kill(pid, 'SIGKILL');
      await expect.poll(() => childrenOf(process.pid, way)).toHaveLength(0);
      expect(lstatSync(first.path).isSymbolicLink()).toBe(true);
      // Another test may hold a terminal of the same number for a while.
      const second = await vi.waitFor(() => plugged(loopedWire(), { way, link }), 20_000);
      await opened(second.path);
    });

    it('a pseudo-terminal refuses the link of a running fob, and leaves it alone', async () => {
      const first = await plugged(loopedWire(), { way });
      const terminal = readlinkSync(first.path);
      await expect(ptyFront(loopedWire(), { way, link: first.path })).rejects.toThrow(
        `Another simulated fob already uses ${first.path}. End it (Ctrl-C), or name another path.`,
      );
      expect(readlinkSync(first.path)).toBe(terminal);
      await opened(first.path);
    });

    it('a pseudo-terminal that ends leaves a link that names another terminal by now', async () => {
      const front = await plugged(loopedWire(), { way });
      rmSync(front.path);
      symlinkSync('/dev/null', front.path);
      await front.close();
      expect(readlinkSync(front.path)).toBe('/dev/null');
    });

    it('a pseudo-terminal leaves a file with the name of its link alone', async () => {
      const link = join(folder, 'precious');
      const content = randomBytes(16);
      writeFileSync(link, content);
      await expect(ptyFront(loopedWire(), { way, link })).rejects.toThrow(PtyUnavailable);
      expect(readFileSync(link).equals(content)).toBe(true);
    });
  });
}

itNeeds(
  needsTool('socat'),
  'a pseudo-terminal replaces an old link whose terminal is a window of other programs by now',
  async () => {
    const link = join(folder, 'fob');
    const window = spawn('socat', ['-', 'SYSTEM:tty; cat,pty,setsid,ctty']);
    onTestFinished(() => void window.kill());
    const terminal = String(await once(window.stdout, 'data')).trim();
    symlinkSync(terminal, link);
    const front = await plugged(loopedWire(), { link });
    expect(readlinkSync(front.path)).not.toBe(terminal);
  },
);

it('a machine without the helpers is recognised by the error, with a reason for each way', async () => {
  vi.stubEnv('PATH', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const failure = await ptyFront(loopedWire()).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PtyUnavailable);
  expect(failure).toMatchObject({ reasons: ['socat: not installed', 'perl: not installed'] });
});
