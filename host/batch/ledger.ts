import { type BatchRow, batchRows, findBatch, openBatch, releaseRows } from '../inventory/batches.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { BatchPlan, PlanRow } from './plan.ts';

/** The rows of a plan for one fob. */
export interface Lot {
  readonly rows: readonly PlanRow[];
  /** Whether the row is for any fob; it then goes only to a fob without accounts. */
  readonly isOpen: boolean;
}

/** Real journal ids start at 1. */
const NO_BATCH = 0;

/** Assigns rows to fobs: the plan's journal in the inventory, and the reservations of this run. */
export class Ledger {
  readonly plan: BatchPlan;
  readonly batchId: number;
  private readonly inventory: Inventory;
  private held: Map<string, BatchRow>;
  private readonly promised: Set<string>;

  private constructor(inventory: Inventory, plan: BatchPlan, batchId: number) {
    this.inventory = inventory;
    this.plan = plan;
    this.batchId = batchId;
    this.held = new Map();
    this.promised = new Set();
  }

  static async open(inventory: Inventory, plan: BatchPlan, nowMs: number): Promise<Ledger> {
    return Ledger.of(inventory, plan, await openBatch(inventory, plan.name, nowMs));
  }

  /** For reading only: looking at a plan that was never run creates no journal. */
  static async look(inventory: Inventory, plan: BatchPlan): Promise<Ledger> {
    return Ledger.of(inventory, plan, (await findBatch(inventory, plan.name)) ?? NO_BATCH);
  }

  private static async of(inventory: Inventory, plan: BatchPlan, batchId: number): Promise<Ledger> {
    const ledger = new Ledger(inventory, plan, batchId);
    await ledger.reload();
    return ledger;
  }

  /** Reads the journal again, because another run of the same plan may have changed it. */
  async reload(): Promise<void> {
    this.held = await batchRows(this.inventory, this.batchId);
  }

  /** Releases the unfinished rows of a fob for another fob. @returns how many */
  async release(serial: string): Promise<number> {
    const released = await releaseRows(this.inventory, this.batchId, serial);
    await this.reload();
    return released;
  }

  rowOf(key: string): BatchRow | undefined {
    return this.held.get(key);
  }

  note(row: BatchRow): void {
    this.held.set(row.key, row);
  }

  /** Returns the rows still to do for a fob; `done` if all are done, undefined if the plan has none for it. */
  lotOf(serial: string): Lot | 'done' | undefined {
    const own = this.plan.rows.filter(
      row => row.serial === serial || this.held.get(row.key)?.serial === serial,
    );
    const rows = own.filter(row => this.held.get(row.key)?.state !== 'done');
    if (rows.length > 0) return { rows, isOpen: false };
    if (own.length > 0 || [...this.held.values()].some(row => row.serial === serial)) return 'done';
    const open = this.plan.rows.find(row => this.isOpen(row));
    return open && { rows: [open], isOpen: true };
  }

  private isOpen({ key, serial }: PlanRow): boolean {
    return serial === undefined && !this.held.has(key) && !this.promised.has(key);
  }

  /** Reserves an open lot against the other fobs of this run, until `giveBack`. */
  promise({ rows }: Lot): void {
    for (const { key } of rows) this.promised.add(key);
  }

  giveBack({ rows }: Lot): void {
    for (const { key } of rows) this.promised.delete(key);
  }

  /** Number of rows that are not done yet. */
  get left(): number {
    return this.plan.rows.filter(({ key }) => this.held.get(key)?.state !== 'done').length;
  }
}
