import { FobPort, type PortListener } from 'passfob/agent/fobs/fobs';
import { FobError } from 'passfob/errors';
import type { Transport } from 'passfob/transports/transport';
import { expect, it } from 'vitest';
import { Cable } from './kit/cable.ts';
import { fromFob, toFob } from './kit/frames.ts';
import { ManualTime, until } from './kit/time.ts';

/** A fob's port that opens when it is told to, and only when it is closed, as a serial port does. */
function slowPort() {
  const cable = new Cable('PF-AAAA-AAAA');
  const opening: (() => void)[] = [];
  const unreached: string[] = [];
  const lost: string[] = [];
  const open = async (): Promise<Transport> => {
    await new Promise<void>(resolve => opening.push(resolve));
    if (cable.isOpen) throw new FobError('port-busy', { subject: cable.serial });
    return cable.found.open();
  };
  const port = new FobPort({ serial: cable.serial, port: 'serial', open }, new ManualTime(), () =>
    lost.push(cable.serial),
  );
  const listener: PortListener = { bytes: () => undefined, unreached: why => unreached.push(why) };
  const opened = async (at: number) => {
    await until(() => opening.length > at, `opening ${at}`);
    opening[at]?.();
  };
  return { cable, port, listener, opened, opening, unreached, lost };
}

/** Releases the port while it opens, and requests it again with the same listener; the first opening is over then. */
async function askAnew({ port, listener, opened, opening }: ReturnType<typeof slowPort>): Promise<void> {
  port.carry(listener, toFob('superseded'));
  await until(() => opening.length === 1);
  const released = port.release(listener);
  port.carry(listener, toFob('asked anew'));
  await opened(0);
  await released;
}

it('a port opens once at a time where it is released while it opens and requested again', async () => {
  const slow = slowPort();
  const { cable, port, listener, opened, opening, unreached, lost } = slow;
  await askAnew(slow);
  await opened(1);
  await until(() => cable.written !== '');
  expect([cable.written, cable.isOpen, port.isInUse]).toEqual([toFob('asked anew'), true, true]);
  port.carry(listener, toFob('more'));
  await until(() => cable.written === `${toFob('asked anew')}${toFob('more')}`);
  await port.release(listener);
  expect([
    [cable.isOpen, cable.opens, opening.length],
    [unreached, lost],
  ]).toEqual([
    [false, 2, 2],
    [[], []],
  ]);
});

it('an opening that fails after its release fails no later request', async () => {
  const slow = slowPort();
  const { cable, port, opened, unreached } = slow;
  cable.failure = new FobError('no-answer', { subject: cable.serial });
  await askAnew(slow);
  cable.failure = undefined;
  await opened(1);
  await until(() => cable.written === toFob('asked anew'));
  expect(unreached).toEqual([]);
  await port.close();
});

it('a port sends frames in packets to a fob that answers them, and hands on no answers', async () => {
  const { cable, port, listener, opened } = slowPort();
  let heard = '';
  const hearing: PortListener = {
    ...listener,
    bytes: text => {
      heard += text;
    },
  };
  port.carry(hearing, toFob('short'));
  await opened(0);
  await until(() => cable.written === toFob('short'));
  cable.says(`\x06${fromFob('answer')}`);
  const long = toFob('x'.repeat(80));
  cable.written = '';
  port.carry(hearing, long);
  await until(() => cable.written === long.slice(0, 63));
  cable.says('\x06');
  await until(() => cable.written === long);
  cable.says(`\x06${fromFob('another')}`);
  expect(heard).toBe(`${fromFob('answer')}${fromFob('another')}`);
  await port.close();
});
