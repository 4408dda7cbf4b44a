import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { emulatorHash } from '@passfob/firmware/build/emulator';
import type { BoardTests } from '@passfob/firmware/build/ledger';
import { readLedger, writeLedger } from '@passfob/firmware/build/ledger';
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

/**
 * Runs every test that needs Espruino's own firmware, and writes into docs/ledger.json which image passed how many of
 * them on which firmware, in which emulator. A failure leaves the ledger as it is.
 *
 * @param root the project's folder
 * @param environment `ESPRUINO_ARM` names the firmware
 * @returns the exit code
 */
export async function testBoard(root: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const paths = (environment.ESPRUINO_ARM ?? '').split(delimiter).filter(Boolean);
  if (paths.length === 0) {
    console.error("Set ESPRUINO_ARM to Espruino's own firmware for the Pico, several with colons between.");
    return 2;
  }
  const report = runVitest(root);
  if (!report?.success) return 1;
  const image = hashOfImage(root);
  const emulator = await emulatorHash(root);
  const tests: BoardTests[] = [];
  for (const path of paths) {
    const firmware = readFileSync(path);
    tests.push({
      espruino: await readVersion(root, firmware),
      sha256: createHash('sha256').update(firmware).digest('hex').slice(0, SHA256_CHARS),
      image,
      emulator,
      passed: passedOn(report, basename(path)),
    });
  }
  const ledger = readLedger(root);
  writeLedger(
    root,
    ledger.map(entry => (entry.board === 'pico' ? { ...entry, virtualBoard: tests } : entry)),
  );
  console.log(tests);
  return 0;
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

function hashOfImage(root: string): string {
  const manifest = readFileSync(join(root, 'firmware/dist/image/pico/manifest.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly hash: string }).hash;
}
