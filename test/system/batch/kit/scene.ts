import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReportRow } from 'passfob/batch/report';
import { connect } from 'passfob/client/client';
import type { Context } from 'passfob/commands/context';
import { list } from 'passfob/commands/list';
import { verify } from 'passfob/commands/verify';
import { openInventory } from 'passfob/inventory/inventory';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { expect, onTestFinished } from 'vitest';
import { type BatchRun, type Tray, type TrayOptions, trayOf } from './tray.ts';

/** A tray, a folder with an inventory, and a plan in it; all removed after the test. */
export async function scene(fobs: number, plan: string, options: TrayOptions = {}) {
  const tray = await trayOf(fobs, options);
  const home = mkdtempSync(join(tmpdir(), 'passfob-batch-'));
  onTestFinished(async () => {
    await tray.close();
    rmSync(home, { recursive: true });
  });
  const path = join(home, 'plan.csv');
  writeFileSync(path, plan);
  return { tray, home, plan: path, ports: ['--ports', tray.addresses.join(',')] };
}

/** Returns a plan of so many accounts for any fob. */
export function openPlan(rows: number): string {
  const lines = Array.from(
    { length: rows },
    (_, row) => `Example,user${row}@example.com,user${row}@example.com`,
  );
  return `issuer,label,upn\n${lines.join('\n')}\n`;
}

/** Returns the rows of the document that a run with --json printed. */
export function rowsOf({ stdout }: BatchRun): readonly ReportRow[] {
  const document = JSON.parse(stdout) as { rows?: ReportRow[]; error?: { details?: { rows?: ReportRow[] } } };
  return document.rows ?? document.error?.details?.rows ?? [];
}

/**
 * Queries every fob of the tray: each holds exactly one account, and proves it as the inventory has it.
 * @returns the label on each fob by its serial
 */
export async function provedLabels(home: string, tray: Tray): Promise<Map<string, string>> {
  const inventory = openInventory(home);
  const context: Context = {
    inventory,
    now: Date.now,
    random: length => new Uint8Array(randomBytes(length)),
    report: () => undefined,
  };
  const labels = new Map<string, string>();
  try {
    for (const address of tray.addresses) {
      const client = connect(await openTransport(readAddress(address)));
      try {
        const fob = { address, client, hello: await client.hello() };
        const { accounts } = await verify(context, fob);
        expect(accounts.map(({ verdict }) => verdict)).toEqual(['proved']);
        expect((await list(context, fob)).clock).toBe('trusted');
        labels.set(fob.hello.serial, accounts[0]?.label ?? '');
      } finally {
        await client.close();
      }
    }
    const [{ count = -1 } = {}] = await inventory.db
      .selectFrom('accounts')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .execute();
    expect(count).toBe(tray.addresses.length);
  } finally {
    await inventory.close();
  }
  return labels;
}
