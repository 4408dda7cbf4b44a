import type { OpenedFob } from '../activation/relay-options.ts';
import { FobError } from '../errors.ts';
import { type Device, deviceProblem, givenDevices, onDevice } from './devices.ts';
import { byId, sayProblem, texts } from './dom.ts';
import { LOOK_AGAIN_MS } from './limits.ts';

/** The fob of an enrolment: the device that was chosen last, opened as often as the relay asks for it. */
export interface Fob {
  /** The person has chosen, perhaps anew. */
  use(device: Device): void;
  /** Opens it, and waits for it where it is not there. @throws FobError `cancelled` where the signal ends it */
  open(signal: AbortSignal): Promise<OpenedFob>;
}

export function makeFob(first: Device): Fob {
  let chosen = first;
  let hasOpened = false;
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
          const opened = await tryAll(chosen, signal);
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

/** The chosen device first; after a replug it may be another one to the browser. */
async function tryAll(
  chosen: Device,
  signal: AbortSignal,
): Promise<OpenedFob | { readonly problem: string }> {
  let problem: string | undefined;
  for (const device of [chosen, ...(await givenDevices())]) {
    if (signal.aborted) throw new FobError('cancelled');
    try {
      return await device.open();
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
