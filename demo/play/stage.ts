import { randomBytes } from 'node:crypto';
import { createService, type Service } from '@passfob/service/service';
import type { Context } from 'passfob/commands/context';
import { openInventory } from 'passfob/inventory/inventory';
import { type AlertsShown, watchAlertsShown } from './alerts-shown.ts';
import type { DemoBoard } from './boards.ts';
import { type DemoFob, startFob } from './fob.ts';
import { type Home, openHome } from './home.ts';
import { LOCK_PERIOD_MS, LOCK_THRESHOLD } from './limits.ts';

/** Everything the demo works with: fob, inventory, service. */
export interface Stage {
  readonly home: Home;
  readonly fob: DemoFob;
  readonly service: Service;
  /** When the service's console last showed its alerts. */
  readonly alertsShown: AlertsShown;
  /** For commands of this owner; the inventory is in the demo's folder. */
  readonly context: Context;
  readonly stop: AbortSignal;
  /** Starts another fob, which ends with the stage. @throws FobError `no-fob` */
  readonly startSecondFob: () => Promise<DemoFob>;
}

export interface StageOptions {
  /** The folder to keep everything in; a temporary one if left out. */
  readonly keep?: string | undefined;
  /** Default: the Espruino Pico. */
  readonly board?: DemoBoard | undefined;
  /** Stops everything, with an error as its reason; aborted here if the fob is lost. */
  readonly stop: AbortController;
  /** Source of unpredictable bytes. */
  readonly random?: (length: number) => Uint8Array;
}

/**
 * Starts a fob, an inventory and a service, runs `play`, then ends and removes them.
 * @throws FobError, ServiceError if one of them does not start; errors of `play`
 */
export async function onStage<T>(options: StageOptions, play: (stage: Stage) => Promise<T>): Promise<T> {
  const { stop } = options;
  const closers: (() => unknown)[] = [];
  try {
    const home = openHome(options.keep, options.board);
    closers.push(() => home.close());
    const fob = await startFob(home.fob, stop);
    closers.push(() => fob.close());
    const inventory = openInventory(home.inventory);
    closers.push(() => inventory.close());
    const { alertsShown, log } = watchAlertsShown(Date.now);
    const service = await createService({
      directory: home.service,
      port: 0,
      log,
      embeddable: true,
      lock: { threshold: LOCK_THRESHOLD, periodMs: LOCK_PERIOD_MS },
    });
    closers.push(() => service.close());
    const context: Context = {
      inventory,
      now: Date.now,
      random: options.random ?? (length => new Uint8Array(randomBytes(length))),
      report: () => undefined,
      signal: stop.signal,
    };
    const startSecondFob = async () => {
      const second = await startFob(home.secondFob, stop);
      closers.push(() => second.close());
      return second;
    };
    return await play({ home, fob, service, alertsShown, context, stop: stop.signal, startSecondFob });
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
