import {
  parseConfiguration,
  parseDevice,
  parseString,
  type UsbConfiguration,
  type UsbDeviceFacts,
} from './descriptors.ts';
import { CONFIGURATION_BYTES, LIMITS } from './limits.ts';
import { DESCRIPTOR, getDescriptor, setAddress, setConfiguration, type UsbRequest } from './requests.ts';

/** What enumeration asks the host to do next. A request is answered with the data read, all else with no bytes. */
export type EnumerationStep =
  | { readonly request: UsbRequest }
  | { readonly pauseUs: number }
  | { readonly isReset: true }
  | { readonly address: number }
  | { readonly packetBytes: number };

/** A device that the host knows and has configured. */
export interface EnumeratedDevice {
  readonly address: number;
  readonly facts: UsbDeviceFacts;
  readonly configuration: UsbConfiguration;
  /** Undefined where the device has none. */
  readonly manufacturer: string | undefined;
  readonly product: string | undefined;
  readonly serial: string | undefined;
}

/** Thrown into an enumeration whose request failed; thrown by it where a descriptor makes no sense. */
export class EnumerationError extends Error {
  /** Whether the device understood the request and refused it: asking again is of no use. */
  readonly isRefused: boolean;

  constructor(message: string, isRefused = false) {
    super(message);
    this.isRefused = isRefused;
  }
}

type Enumeration<T> = Generator<EnumerationStep, T, Uint8Array>;

/**
 * Makes a device known, as Linux does (drivers/usb/core/hub.c, hub_port_init): the head of the device descriptor, a
 * second reset, an address, all descriptors, the first configuration.
 * @param firstBytes bytes of the first GET_DESCRIPTOR: 64 on Linux and Windows, 8 by the book
 */
export function* enumerate(address: number, firstBytes: number): Enumeration<EnumeratedDevice> {
  const head = yield* send(getDescriptor(DESCRIPTOR.DEVICE, 0, firstBytes));
  const packetBytes = head[7] ?? 0;
  if (head.length < 8 || ![8, 16, 32, 64].includes(packetBytes))
    throw new EnumerationError('the device descriptor makes no sense');
  if (firstBytes > 8) yield { isReset: true };
  yield { packetBytes };
  yield* send(setAddress(address));
  yield { address };
  yield { pauseUs: LIMITS.addressRecoveryUs };
  const facts = parseDevice(yield* send(getDescriptor(DESCRIPTOR.DEVICE, 0, 18)));
  if (facts === undefined) throw new EnumerationError('the device descriptor is broken off');
  const configuration = yield* readConfiguration();
  const manufacturer = yield* readString(facts.strings.manufacturer);
  const product = yield* readString(facts.strings.product);
  const serial = yield* readString(facts.strings.serial);
  yield* send(setConfiguration(configuration.value));
  return { address, facts, configuration, manufacturer, product, serial };
}

/** Sends a request, once more where the device did not answer it. */
function* send(request: UsbRequest): Enumeration<Uint8Array> {
  try {
    return yield { request };
  } catch (error) {
    if (error instanceof EnumerationError && error.isRefused) throw error;
    return yield { request };
  }
}

function* readConfiguration(): Enumeration<UsbConfiguration> {
  const head = yield* send(getDescriptor(DESCRIPTOR.CONFIGURATION, 0, 9));
  const total = (head[2] ?? 0) | ((head[3] ?? 0) << 8);
  if (total > CONFIGURATION_BYTES) throw new EnumerationError('the configuration descriptor is too long');
  const bytes = yield* send(getDescriptor(DESCRIPTOR.CONFIGURATION, 0, total));
  const configuration = parseConfiguration(bytes);
  if (configuration === undefined) throw new EnumerationError('the configuration descriptor is broken off');
  return configuration;
}

/** Devices that refuse a string are used all the same. */
function* readString(index: number): Enumeration<string | undefined> {
  if (index === 0) return undefined;
  try {
    return parseString(yield* send(getDescriptor(DESCRIPTOR.STRING, index, 255)));
  } catch (error) {
    if (error instanceof EnumerationError) return undefined;
    throw error;
  }
}
