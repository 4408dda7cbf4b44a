import type { Address } from '../transports/discover.ts';
import type { Finding } from './base/finding.ts';
import type { System } from './base/system.ts';
import { checkClock } from './checks/clock.ts';
import { checkEspruino } from './checks/espruino.ts';
import { checkInventory } from './checks/inventory.ts';
import { checkModemManager } from './checks/modem-manager.ts';
import { checkNativeParts } from './checks/native-parts.ts';
import { checkNode } from './checks/node.ts';
import { checkPorts } from './checks/ports.ts';
import { checkUdev } from './checks/udev.ts';

/** The values to compare with the machine. */
export interface Expected {
  /** The text of passfob's udev rules. */
  readonly udevRules: string;
  /** Folder of the inventory. */
  readonly inventory: string;
  /** The one port to check; without it all ports that may have a fob. */
  readonly port?: Address | undefined;
}

/**
 * Checks whether a machine has everything passfob needs, and suggests next steps. Writes nothing and opens no port.
 */
export async function examine(system: System, { udevRules, inventory, port }: Expected): Promise<Finding[]> {
  const checks = [
    checkNode(system),
    checkNativeParts(system),
    checkUdev(system, udevRules, port !== undefined),
    checkPorts(system, port),
    checkEspruino(),
    checkModemManager(system),
    checkClock(system),
    checkInventory(system, inventory),
  ];
  return (await Promise.all(checks)).flat();
}
