import { addressText, readAddress } from '../transports/discover.ts';

/** Reads ports with commas between them. @throws FobError `bad-input` */
export function addressesIn(ports: string): string[] {
  return ports.split(',').map(port => addressText(readAddress(port.trim())));
}
