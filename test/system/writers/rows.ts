import { demoRows } from './demo-rows.ts';
import { hostRows } from './host-rows.ts';
import type { Row } from './row.ts';
import { serviceRows } from './service-rows.ts';
import { simulatorRows } from './simulator-rows.ts';

/** Every file of ours that two processes can write at once. */
export const rows: readonly Row[] = [...hostRows, ...serviceRows, ...simulatorRows, ...demoRows];

/** Sources that change files and are in no row, and why. */
export const WITHOUT_ROW: Readonly<Record<string, string>> = {
  'host/bundle/main.ts': 'part of the build',
  'service/bundle/main.ts': 'part of the build',
  'simulator/bundle/main.ts': 'part of the build',
  'simulator/bundle/page.ts': 'part of the build',
  'emulator/bundle/main.ts': 'part of the build',
  'demo/bundle/main.ts': 'part of the build',
  'service/node/options.ts': 'makes the folder of the service, which is the same whoever makes it',
  'host/inventory/inventory.ts': 'makes the folder of the inventory, which is the same whoever makes it',
  'host/inventory/names.ts': 'opens the database for reading only',
  'service/subjects/operations/snapshot.ts': 'opens the database for reading only',
  'simulator/faceplates/control/jsonl.ts': 'a socket: the system lets one process listen on it',
  'service/cli/records.ts': 'a copy in a new folder of its own',
  'host/enrol/qr-process.ts': 'writes to its standard output',
  'host/flash/bootsel.ts': 'a drive of a boot loader, which takes one image and restarts',
  'simulator/ports/usbip/vhci.ts': 'a file of the kernel, which refuses a port in use',
};
