import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { emulatorHash } from '@passfob/firmware/build/emulator';
import type { BoardTests } from '@passfob/firmware/build/ledger';
import { readLedger, writeLedger } from '@passfob/firmware/build/ledger';
import type { ImageBoard } from '@passfob/firmware/build/limits';
import { rp2040jsVersion, versionOnPico } from '../../rp2040/kit/version.ts';
import { readVersion } from './version.ts';

/** Characters that tell one firmware from another. */
const SHA256_CHARS = 16;

/** What is read of vitest's JSON report. */
interface FirmwareReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Tests on real firmware of one kind of board. */
interface RealBoard {
  readonly board: ImageBoard;
  /** Paths of its firmware. */
  readonly paths: readonly string[];
  /** Names the program that ran the firmware. */
  emulator(): Promise<string>;
  /** Returns what a firmware says of its version and commit. */
  version(firmware: Uint8Array): Promise<string>;
}

const pathsIn = (names: string | undefined) => (names ?? '').split(delimiter).filter(Boolean);

function boardsIn(
  root: string,
  { ESPRUINO_ARM, ESPRUINO_WIFI, ESPRUINO_RP2040 }: NodeJS.ProcessEnv,
): RealBoard[] {
  const boards: RealBoard[] = [
    {
      board: 'pico',
      paths: pathsIn(ESPRUINO_ARM),
      emulator: () => emulatorHash(root),
      version: firmware => readVersion(root, firmware, 'pico'),
    },
    {
      board: 'espruino-wifi',
      paths: pathsIn(ESPRUINO_WIFI),
      emulator: () => emulatorHash(root),
      version: firmware => readVersion(root, firmware, 'espruino-wifi'),
    },
    {
      board: 'rpi-pico',
      paths: pathsIn(ESPRUINO_RP2040),
      emulator: async () => rp2040jsVersion(root),
      version: async firmware => versionOnPico(firmware),
    },
  ];
  return boards.filter(({ paths }) => paths.length > 0);
}

/**
 * Runs every test that needs Espruino's own firmware, and writes into docs/ledger.json which image passed how many of
 * them on which firmware, in which emulator. A failure leaves the ledger as it is.
 *
 * @param root the project's folder
 * @param environment `ESPRUINO_ARM`, `ESPRUINO_WIFI` and `ESPRUINO_RP2040` name the firmware
 * @returns the exit code
 */
export async function testBoard(root: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const boards = boardsIn(root, environment);
  if (boards.length === 0) {
    console.error(
      "Set ESPRUINO_ARM to Espruino's own firmware for the Espruino Pico, ESPRUINO_WIFI to that for the Espruino WiFi, or ESPRUINO_RP2040 to that for the Raspberry Pi Pico; several with colons between.",
    );
    return 2;
  }
  const report = runVitest(root);
  if (!report?.success) return 1;
  for (const board of boards) {
    const tests = await testsOf(root, board, report);
    const ledger = readLedger(root);
    writeLedger(
      root,
      ledger.map(entry => (entry.board === board.board ? { ...entry, virtualBoard: tests } : entry)),
    );
    console.log(board.board, tests);
  }
  return 0;
}

/** What the image of a board passed, one firmware after the other. */
async function testsOf(root: string, real: RealBoard, report: FirmwareReport): Promise<BoardTests[]> {
  const image = hashOfImage(root, real.board);
  const emulator = await real.emulator();
  const tests: BoardTests[] = [];
  for (const path of real.paths) {
    const firmware = readFileSync(path);
    tests.push({
      espruino: await real.version(firmware),
      sha256: createHash('sha256').update(firmware).digest('hex').slice(0, SHA256_CHARS),
      image,
      emulator,
      passed: passedOn(report, basename(path)),
    });
  }
  return tests;
}

function runVitest(root: string): FirmwareReport | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-board-'));
  const file = join(folder, 'report.json');
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const config = ['--config', join(root, 'test/unit/emulator/vitest.config.ts'), '--root', root];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { status } = spawnSync(process.execPath, [vitest, 'run', ...config, ...reporters], {
      stdio: 'inherit',
    });
    if (status !== 0) return undefined;
    return JSON.parse(readFileSync(file, 'utf8')) as FirmwareReport;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Titles of tests on a firmware have the name of its file. */
function passedOn({ testResults }: FirmwareReport, name: string): number {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => status === 'passed' && fullName.includes(name)).length;
}

function hashOfImage(root: string, board: ImageBoard): string {
  const manifest = readFileSync(join(root, 'firmware/dist/image', board, 'manifest.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly hash: string }).hash;
}
