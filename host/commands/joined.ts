import type { FobError } from '../errors.ts';
import type { PortFound } from '../transports/ports.ts';
import type { FobAtHand } from './context.ts';

/** The result of asking one port. */
export type Found = FobAtHand | { readonly address: string; readonly error: FobError };

/** A port and the result of asking it. */
export interface ProbedPort {
  readonly at: PortFound;
  readonly found: Found;
}

/**
 * Merges the ports of one fob, so that each fob is listed once with all its addresses. The hello identifies the fob.
 * Two ports with one serial are merged only if they may belong to one board: of different kinds, and without
 * different USB serial numbers; so a copy beside the original stays visible. A silent port is left out if its board
 * answers at another.
 * @returns the rest as `spare`: fobs at their further ports, still open
 */
export function joined(asked: readonly ProbedPort[]): { kept: Found[]; spare: Found[] } {
  const groups: ProbedPort[][] = [];
  for (const one of asked) {
    const group = groups.find(others => others.every(other => isSameFob(other, one)));
    if (group) group.push(one);
    else groups.push([one]);
  }
  const boards = groups.filter(([first]) => first && 'client' in first.found).flat();
  const kept = groups.flatMap(([first, ...others]): Found[] => {
    if (first === undefined) return [];
    if ('client' in first.found) {
      const addresses = [first, ...others].map(({ found }) => found.address);
      return [{ ...first.found, addresses }];
    }
    const isQuietHalf =
      first.found.error.kind === 'no-answer' && boards.some(board => isSameBoard(board.at, first.at));
    return isQuietHalf ? [] : [first.found];
  });
  return { kept, spare: groups.flatMap(([, ...others]) => others.map(({ found }) => found)) };
}

function isSameFob(one: ProbedPort, other: ProbedPort): boolean {
  if (!('client' in one.found && 'client' in other.found)) return false;
  const isSameSerial = one.found.hello.serial === other.found.hello.serial;
  const mayBeOneBoard = one.at.usbSerial === undefined || other.at.usbSerial === undefined;
  const areKindsApart = one.at.address.kind !== other.at.address.kind;
  return isSameSerial && areKindsApart && (mayBeOneBoard || one.at.usbSerial === other.at.usbSerial);
}

/** Whether two ports of different kinds belong to one board, by its USB serial number. */
export function isSameBoard(one: PortFound, other: PortFound | undefined): boolean {
  if (other === undefined || one.usbSerial === undefined) return false;
  return one.address.kind !== other.address.kind && one.usbSerial === other.usbSerial;
}
