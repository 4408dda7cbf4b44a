import type { Service } from '@passfob/service/service';
import type { SimulatorControl } from './control.ts';
import { PROGRESS_INTERVAL_MS } from './limits.ts';
import { isApprovedShown, isPasscodeShown } from './person.ts';
import type { Stage } from './stage.ts';

/** Progress of the user in the demo: one fact for each step of the page. */
export interface DemoProgress {
  /** The fob has shown a passcode. */
  readonly pressed: boolean;
  /** A passcode was accepted, and then refused when it was typed again. */
  readonly refused: boolean;
  /**
   * When the administrator's console last showed the alert that a used passcode was tried again, in milliseconds since
   * 1970; 0 before that. A page that was loaded later waits for the next time.
   */
  readonly alertShownMs: number;
  /** A log-in was approved on the fob. */
  readonly approved: boolean;
}

/** Progress since this start of the demo. */
export interface ProgressWatch {
  readonly now: DemoProgress;
  /** Calls back with each change. Returns the function that stops it. */
  onChange(listener: (progress: DemoProgress) => void): () => void;
  close(): void;
}

/** The parts of the stage that tell the progress. */
export interface ProgressStage {
  readonly fob: { readonly control: Pick<SimulatorControl, 'onScreen'> };
  readonly service: Pick<Service, 'events' | 'alerts'>;
  readonly alertsShown: Stage['alertsShown'];
  readonly context: Pick<Stage['context'], 'now'>;
}

/** Watches the fob's display and, while somebody listens, the service's log-ins and alerts. */
export function watchProgress(stage: ProgressStage): ProgressWatch {
  const { fob, context } = stage;
  const sinceMs = context.now();
  const listeners = new Set<(progress: DemoProgress) => void>();
  let now: DemoProgress = { pressed: false, refused: false, alertShownMs: 0, approved: false };
  const take = (news: Partial<DemoProgress>) => {
    const next = { ...now, ...news };
    if (JSON.stringify(next) === JSON.stringify(now)) return;
    now = next;
    for (const listener of [...listeners]) listener(now);
  };
  const stopListening = fob.control.onScreen(screen => {
    if (isPasscodeShown(screen)) take({ pressed: true });
    if (isApprovedShown(screen)) take({ approved: true });
  });
  let isAsking = false;
  const timer = setInterval(async () => {
    if (isAsking || listeners.size === 0) return;
    isAsking = true;
    // If the service cannot answer now, the next poll asks again.
    take(await newsOf(stage, sinceMs).catch(() => ({})));
    isAsking = false;
  }, PROGRESS_INTERVAL_MS);
  timer.unref();
  return {
    get now() {
      return now;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(timer);
      stopListening();
      listeners.clear();
    },
  };
}

async function newsOf(
  { service, alertsShown }: ProgressStage,
  sinceMs: number,
): Promise<Partial<DemoProgress>> {
  // The events are read last: the step with the refusal is never done after the step with its alert.
  const alerts = await service.alerts();
  const events = (await service.events()).filter(({ atMs }) => atMs >= sinceMs);
  const isShown = alerts.some(
    ({ kind, lastMs }) => kind === 'replay' && lastMs >= sinceMs && alertsShown.lastMs >= lastMs,
  );
  return {
    ...(['accepted', 'replay'].every(wanted => events.some(({ outcome }) => outcome === wanted)) && {
      refused: true,
    }),
    ...(isShown && { alertShownMs: alertsShown.lastMs }),
  };
}
