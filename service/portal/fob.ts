import type { OpenedFob } from 'passfob/activation/relay-options';
import { FobError } from 'passfob/errors';
import { type Device, deviceProblem, givenDevices, onDevice } from './devices.ts';
import { byId, sayProblem, texts } from './dom.ts';
import { LOOK_AGAIN_MS } from './limits.ts';

/** The fob of an enrolment: the device that was chosen last, opened each time the relay asks for it. */
export interface PortalFob {
  /** Sets the chosen device. */
  use(device: Device): void;
  /** Opens the fob, and waits until it is plugged in. @throws FobError `cancelled` if the signal aborts */
  open(signal: AbortSignal): Promise<OpenedFob>;
}

export function makeFob(first: Device): PortalFob {
  let chosen = first;
  let hasOpened = false;
  /** Devices that were silent when last opened, each with the number of that attempt. */
  const silent = new WeakMap<object, number>();
  let opens = 0;
  const openOne = async (device: Device) => {
    const opened = await device.open();
    silent.set(device.source, ++opens);
    opened.transport.onText(() => silent.delete(device.source));
    return opened;
  };
  /** The chosen device first, which the browser may see as another one after a replug; silent devices last. */
  const inTurn = async () =>
    [chosen, ...(await givenDevices())].sort(
      (one, other) => (silent.get(one.source) ?? 0) - (silent.get(other.source) ?? 0),
    );
  let wake = () => {};
  return {
    use(device) {
      chosen = device;
      wake();
    },
    async open(signal) {
      const stopHearing = onDevice(() => wake());
      const cancel = () => wake();
      signal.addEventListener('abort', cancel);
      try {
        for (;;) {
          if (signal.aborted) throw new FobError('cancelled');
          const opened = await tryAll(await inTurn(), openOne, signal);
          if ('transport' in opened) {
            hasOpened = true;
            askAgain(false);
            return opened;
          }
          sayProblem(hasOpened ? texts.unplugged : opened.problem);
          askAgain(true);
          await new Promise<void>(resolve => {
            wake = resolve;
            setTimeout(resolve, LOOK_AGAIN_MS);
          });
        }
      } finally {
        stopHearing();
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

/** Returns the first device that can be opened. */
async function tryAll(
  devices: readonly Device[],
  open: (device: Device) => Promise<OpenedFob>,
  signal: AbortSignal,
): Promise<OpenedFob | { readonly problem: string }> {
  let problem: string | undefined;
  for (const device of devices) {
    if (signal.aborted) throw new FobError('cancelled');
    try {
      return await open(device);
    } catch (error) {
      problem ??= deviceProblem(error);
    }
  }
  return { problem: problem ?? texts.problems.failed };
}

function askAgain(isAsked: boolean): void {
  byId('choose-again').hidden = !isAsked;
  if (!isAsked) sayProblem('');
}
