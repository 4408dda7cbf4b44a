import { askTime, setTime } from 'passfob/owner/clock';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { tokenLimits } from '../../../../base/limits/tokens.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { keepClock } from '../../../tokens/fobs.ts';
import type { Run } from './run.ts';

/**
 * Sets the fob's clock where it is not set, stale, or further off than its passcodes can be. Moving a trusted clock far
 * needs a press on the fob.
 * @param mustBeNear whether the fob makes passcodes of the time
 * @throws FobError `refused` (press-denied, press-timeout, clock-failed), those of the link
 */
export async function rightClock(run: Run, mustBeNear: boolean): Promise<void> {
  const { claim, client, hello, tools, tell } = run;
  const { state, utc } = await askTime(tools, client);
  // The fob says whole seconds: on average it is half a one later.
  const errorMs = state === 'unset' ? null : Math.round(utc * 1000 + 500 - tools.now());
  const isFar = mustBeNear && Math.abs(errorMs ?? 0) > relayLimits.fobClockErrorMaxMs;
  if (state === 'trusted' && !isFar) return;
  await setTime(tools, client, () => tell('press', relayTexts.steps.clock));
  const setMs = Math.max(0, Math.round(tools.now()));
  const within = errorMs !== null && Math.abs(errorMs) <= tokenLimits.clockErrorMaxMs ? errorMs : null;
  await claim.holding(acting =>
    keepClock(acting, { serial: hello.serial, clock: { setMs, errorMs: within, driftPpm: null } }),
  );
}
