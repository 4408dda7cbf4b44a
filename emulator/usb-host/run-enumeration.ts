import type { ControlResult } from './control-pipe.ts';
import { type EnumeratedDevice, EnumerationError, type EnumerationStep } from './enumeration.ts';
import type { UsbRequest } from './requests.ts';

/** What an enumeration does with the port. */
export interface EnumerationPorts {
  request(request: UsbRequest, done: (result: ControlResult) => void): void;
  pause(microseconds: number, done: () => void): void;
  /** Resets the port and waits for the device to recover. */
  reset(done: () => void): void;
  setAddress(address: number): void;
  setPacketBytes(bytes: number): void;
  done(device: EnumeratedDevice): void;
  failed(reason: string): void;
}

const NOTHING = new Uint8Array(0);

/** Runs an enumeration to its end. Returns a function that abandons it. */
export function runEnumeration(
  steps: Generator<EnumerationStep, EnumeratedDevice, Uint8Array>,
  ports: EnumerationPorts,
): () => void {
  let isAbandoned = false;

  function advance(go: () => IteratorResult<EnumerationStep, EnumeratedDevice>): void {
    if (isAbandoned) return;
    try {
      const result = go();
      if (result.done) ports.done(result.value);
      else take(result.value);
    } catch (error) {
      if (!(error instanceof EnumerationError)) throw error;
      ports.failed(error.message);
    }
  }

  function goOn(): void {
    advance(() => steps.next(NOTHING));
  }

  function received(result: ControlResult): void {
    advance(() =>
      typeof result === 'string'
        ? steps.throw(new EnumerationError(`a request ended with ${result}`, result === 'stall'))
        : steps.next(result),
    );
  }

  function take(step: EnumerationStep): void {
    if ('pauseUs' in step) ports.pause(step.pauseUs, goOn);
    else if ('isReset' in step) ports.reset(goOn);
    else if ('request' in step) ports.request(step.request, received);
    else {
      if ('address' in step) ports.setAddress(step.address);
      else ports.setPacketBytes(step.packetBytes);
      goOn();
    }
  }

  goOn();
  return () => {
    isAbandoned = true;
  };
}
