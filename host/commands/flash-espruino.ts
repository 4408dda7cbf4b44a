import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pause } from '../client/pause.ts';
import { FobError, isFobError } from '../errors.ts';
import { FLASH_BOARDS, type FlashBoardName, type RpChip } from '../flash/boards.ts';
import {
  type BootselDrive,
  bootselDrivesIn,
  chipOfDrive,
  copyUf2,
  mountedFolders,
  notBack,
  type OpenFile,
} from '../flash/bootsel.ts';
import { RP_ESPRUINO_BUILDS } from '../flash/espruino-builds.ts';
import { BOOTSEL_RETURN_MS, RESTART_POLL_MS } from '../flash/limits.ts';
import { chipOfUf2, UF2_BYTES_MAX } from '../flash/uf2.ts';
import { readWhole } from '../read-whole.ts';
import { addressText, openTransport } from '../transports/discover.ts';
import { listPorts, type PortFound } from '../transports/ports.ts';
import type { Transport } from '../transports/transport.ts';
import type { Context } from './context.ts';
import type { FobChoice } from './find.ts';
import { AWAY, type BoardPort, boardPort, boardPortAt } from './flash-steps.ts';

/** The Espruino to install, and where. */
export interface EspruinoPlan {
  readonly board: FlashBoardName;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Version and commit of a build that this passfob knows; null for another. */
  readonly build: string | null;
  readonly drive: BootselDrive;
}

/** What a program learns of it. */
export interface EspruinoFacts {
  readonly sha256: string;
  readonly build: string | null;
  readonly drive: string;
  readonly bytes: number;
}

export function espruinoFacts({ sha256, build, drive, bytes }: EspruinoPlan): EspruinoFacts {
  return { sha256, build, drive: drive.folder, bytes: bytes.length };
}

/** The part of the machine that an installation uses. */
export interface EspruinoSystem {
  /** Folders in which drives are mounted. */
  folders(): Promise<readonly string[]>;
  ports(): Promise<readonly PortFound[]>;
  openPort(port: PortFound): Promise<Transport>;
  readonly openFile: OpenFile;
  readonly returnMs: number;
}

const THIS_MACHINE: EspruinoSystem = {
  folders: () => mountedFolders(process.platform),
  ports: listPorts,
  openPort: ({ address }) => openTransport(address),
  openFile: open,
  returnMs: BOOTSEL_RETURN_MS,
};

/**
 * Checks a UF2 file and finds the drive of a board; writes nothing.
 * @param from its path, and the folder of the drive if the person names it
 * @throws FobError `bad-input` for a file that is no such firmware or is for another chip, or a folder that is no such drive;
 *   `no-fob` if there is no drive, `several-fobs`, `cancelled`
 */
export async function planEspruino(
  board: FlashBoardName,
  from: { readonly uf2: string; readonly drive?: string | undefined },
  signal?: AbortSignal,
  system: Pick<EspruinoSystem, 'folders'> = THIS_MACHINE,
): Promise<EspruinoPlan> {
  const bytes = await readWhole(from.uf2, UF2_BYTES_MAX, signal);
  const chip = chipOfUf2(bytes);
  const wanted = FLASH_BOARDS[board].chip;
  if (chip !== wanted) {
    throw new FobError('bad-input', {
      sentence: `The UF2 file is for an ${chip}; the chip of ${board} is ${wanted ?? 'another'}. Nothing was written.`,
      next: 'Name the file for this board, or the board of this file with --board.',
    });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const known = RP_ESPRUINO_BUILDS.find(build => build.sha256 === sha256 && build.family === chip);
  const drive = from.drive === undefined ? await foundDrive(chip, system) : namedDrive(from.drive, chip);
  return { board, bytes, sha256, build: known?.espruino ?? null, drive };
}

function namedDrive(folder: string, wanted: RpChip): BootselDrive {
  const chip = chipOfDrive(folder);
  if (chip === wanted) return { folder, chip };
  throw new FobError('bad-input', {
    sentence:
      chip === undefined
        ? `${folder} is not the drive of a Raspberry Pi Pico: it has no INFO_UF2.TXT that says so.`
        : `The board at ${folder} is an ${chip}, and the file is for an ${wanted}. Nothing was written.`,
    next: 'Unplug the right board, hold its button BOOTSEL while you plug it in again, and name the folder of its drive.',
  });
}

async function foundDrive(wanted: RpChip, system: Pick<EspruinoSystem, 'folders'>): Promise<BootselDrive> {
  const drives = bootselDrivesIn(await system.folders()).filter(({ chip }) => chip === wanted);
  const [drive] = drives;
  if (!drive) {
    throw new FobError('no-fob', {
      sentence: `No drive of an ${wanted} is there.`,
      next: 'Unplug the board, hold its button BOOTSEL while you plug it in again, and mount its drive; or name the folder with --drive.',
    });
  }
  if (drives.length === 1) return drive;
  throw new FobError('several-fobs', {
    sentence: `More than one board waits for its Espruino: ${drives.map(({ folder }) => folder).join(', ')}.`,
    next: 'Say which one with --drive FOLDER.',
  });
}

/**
 * Copies an Espruino onto the drive of a board, and waits until the board is there as a serial port.
 * @param confirm asks about a build that nobody knows. @throws FobError `cancelled` for a no
 * @returns its port: the named one, or the one that appeared
 * @throws FobError `cancelled`, `unplugged`, `refused` (the drive), `no-answer` if the board does not come back,
 *   `several-fobs`
 */
export async function installEspruino(
  context: Context,
  choice: FobChoice,
  plan: EspruinoPlan,
  confirm: (question: string) => Promise<void>,
  system: EspruinoSystem = THIS_MACHINE,
): Promise<BoardPort> {
  const { drive, bytes } = plan;
  if (plan.build === null) {
    await confirm(
      `This passfob does not know the build with the SHA-256 ${plan.sha256}: who made it, and whether it is Espruino, cannot be told. It will have the keys of the fob. Install it all the same?`,
    );
  }
  const before = (await system.ports()).map(({ address }) => addressText(address));
  const report = (bytesDone: number) =>
    context.report({ event: 'espruino-copying', bytesDone, bytesTotal: bytes.length });
  const copied = await copyUf2(drive, bytes, report, context.signal, system.openFile);
  context.report({ event: 'board-awaited' });
  const port = await returned(choice, before, system, context.signal);
  if (port === undefined) throw notBack(copied === 'whole');
  return port;
}

/** Waits for the port; undefined if it does not come, or cannot be opened, in time. */
async function returned(
  choice: FobChoice,
  before: readonly string[],
  system: EspruinoSystem,
  signal: AbortSignal | undefined,
): Promise<BoardPort | undefined> {
  for (const end = performance.now() + system.returnMs; performance.now() < end; ) {
    const port = choice.port === undefined ? await appeared(choice, before, system) : await boardPort(choice);
    if (port !== undefined && (await opens(port))) return port;
    await pause(RESTART_POLL_MS, signal);
  }
  return undefined;
}

async function appeared(
  { serial }: FobChoice,
  before: readonly string[],
  system: EspruinoSystem,
): Promise<BoardPort | undefined> {
  const ports = await system.ports();
  const fresh = ports.filter(
    ({ address, isLikely, isShared }) => isLikely && isShared && !before.includes(addressText(address)),
  );
  const [port] = fresh;
  if (fresh.length > 1) {
    throw new FobError('several-fobs', {
      sentence: `More than one board appeared: ${fresh.map(({ address }) => addressText(address)).join(', ')}.`,
      next: 'Run the command again without --uf2, and say which one with --port PORT.',
    });
  }
  return port && { ...boardPortAt(port, serial), open: () => system.openPort(port) };
}

/** Whether a port is ready: it may be there before this user may open it. */
async function opens(port: BoardPort): Promise<boolean> {
  try {
    await (await port.open()).close();
    return true;
  } catch (error) {
    if (isFobError(error, ...AWAY)) return false;
    throw error;
  }
}
