import type { Context } from '../commands/context.ts';
import type { FobChoice } from '../commands/find.ts';
import { FobError } from '../errors.ts';
import { command, noOptions } from './base/command.ts';
import { type CommonOptions, hiddenOption, LETTERS, without, yesOption } from './base/common-options.ts';
import { doctorNext } from './base/doctor-hint.ts';
import { aFob, anInventory, nothing } from './base/needs.ts';
import { makeSure } from './base/prompts.ts';
import { errorDocument, inLines, type Report, reportOf } from './base/report.ts';
import { clocksText, clockText, devicesText } from './base/result-format.ts';
import { infoText } from './status-format.ts';

/** Commands for a fob as a whole. */

export const devicesCommand = command({
  words: 'devices',
  describe: 'list the fobs that are plugged in',
  json: '`devices`: `address` (the preferred one), `addresses`, `serial`, `state` (`blank`, `owned`, `keys-lost`, `damaged`), `board`, `firmware`, `interpreter` (the version of Espruino; absent for older firmware), `pairing` (`none`, `pending`, `confirmed`), `holder` (null for nobody); `silent`: `address`, `error`',
  options: given =>
    without(given, 'fob').option('all', {
      alias: LETTERS.all,
      boolean: true,
      default: false,
      describe: 'ask every serial port',
    }),
  read: ({ all }) => ({ all }),
  needs: nothing,
  async run({ all }, call) {
    const { devices } = await import('../commands/devices.ts');
    const { withInventory } = await import('./base/resources.ts');
    const { choice, signal } = call;
    const { port, wire } = choice;
    const result = await devices(work => withInventory(call, at => work(at.context.inventory)), {
      port,
      all,
      wire,
      signal,
    });
    const silent = result.silent.map(({ address, error }) => ({ address, error: errorDocument(error) }));
    const { next } = new FobError('no-fob');
    const note = result.devices.length === 0 ? `No fob was found. ${doctorNext(next, port)}` : '';
    return reportOf({ devices: result.devices, silent }, devicesText(result), note);
  },
});

export const pairCommand = command({
  words: 'pair',
  describe: 'make this inventory the owner of a blank fob, with the code that the fob shows',
  json: '`serial`, `board`, `firmware`, `isResumed`, `isClockSet`',
  options: given => given.option('hidden', hiddenOption),
  read: ({ hidden }) => ({ isHidden: hidden }),
  needs: aFob,
  async run({ isHidden }, { context, fob, prompts }) {
    const { pair } = await import('../commands/pair.ts');
    const result = await pair(context, fob, {
      askCode: (isAgain, fault) => prompts.code(isAgain, { isHidden, fault }),
    });
    return reportOf(result, `The fob ${result.serial} belongs to this inventory now.`);
  },
});

export const infoCommand = command({
  words: 'info',
  describe: 'show the facts and the health of the fob: PIN, memory, clock, battery',
  json: '`serial`, `board`, `firmware`, `interpreter`, `protocolVersion`, `accounts`, `free` (both absent while locked), `status` (absent for older firmware): `policy`, `pin` (`none`, `set`, `to-be-chosen`), `isLocked`, `failures`, `iterations`, `canBeReset`, `wentBack` (`no`, `yes`, `unknown`), `batteryPercent`; `clock`: `state`, `errorMs` (fob minus computer; null where not set), `uncertaintyMs`, `errorSeconds`, `trimPpm`, `ageSeconds`, `driftPpm`, `driftUncertaintyPpm`, `crystalPpm`; `health`: findings, each with `kind`, `sentence`, `next` and its values',
  ...noOptions,
  needs: aFob,
  async run(_, { context, fob }) {
    const { info } = await import('../commands/info.ts');
    const result = await info(context, fob);
    return reportOf(result, inLines(infoText(result)));
  },
});

export const clockCommand = command({
  words: 'clock',
  describe: "compare the fob's clock with this computer's",
  json: '`serial`, `state` (`unset`, `trusted`, `stale`), `fobTime`, `differenceMs`, `uncertaintyMs`, `ageSeconds`, `driftPpm`, `errorSeconds`, `trimPpm`, `isSet`, `before` (its state before it was set); with `--each` `clocks` of these, and `failed`: `address`, `serial`, `error`',
  options: clockOptions,
  read: ({ set, each }) => ({ set, each }),
  needs: anInventory,
  run: ({ set, each }, { choice, context }) => (each ? everyClock : oneClock)(context, choice, set),
});

export const maintainCommand = command({
  words: 'maintain',
  describe: 'open the fob for an update of its firmware, after a hold of its button',
  json: '`serial`',
  ...noOptions,
  needs: aFob,
  async run(_, { context, fob }) {
    const { maintain } = await import('../commands/maintain.ts');
    const result = await maintain(context, fob);
    const end = 'To end it, take the power off and on.';
    return reportOf(result, `The fob ${result.serial} takes an update of its firmware now. ${end}`);
  },
});

export const eraseCommand = command({
  words: 'erase',
  describe: 'erase everything on the fob, after a hold of its button',
  json: '`serial`',
  options: yesOption,
  read: ({ yes }) => ({ yes }),
  needs: aFob,
  async run({ yes }, { choice, context, fob, prompts }) {
    const question = `Erase every account and key on the fob ${fob.hello.serial}, for good?`;
    const isSure = yes || choice.wire?.isDryRun === true;
    if (!isSure) await makeSure(prompts, question, 'Nothing was erased.');
    const { erase } = await import('../commands/erase.ts');
    const result = await erase(context, fob);
    return reportOf(result, `The fob ${result.serial} is blank, and its keys are gone from this inventory.`);
  },
});

function clockOptions(given: CommonOptions) {
  return given
    .option('set', { boolean: true, default: false, describe: 'set it' })
    .option('each', { boolean: true, default: false, describe: 'of every fob that is plugged in' });
}

async function oneClock(context: Context, choice: FobChoice, set: boolean): Promise<Report> {
  const { setClock, showClock } = await import('../commands/clock.ts');
  const { withFob } = await import('../commands/find.ts');
  const result = await withFob(choice, fob => (set ? setClock : showClock)(context, fob), context.signal);
  return reportOf(result, inLines(clockText(result)));
}

/** @throws FobError of the first fob that failed, with the others as details */
async function everyClock(context: Context, choice: FobChoice, set: boolean): Promise<Report> {
  const { clocks } = await import('../commands/clocks.ts');
  const result = await clocks(context, choice, set);
  const failed = result.failed.map(({ error, ...fob }) => ({ ...fob, error: errorDocument(error) }));
  const [first] = result.failed;
  const lines = inLines(clocksText(result));
  if (first === undefined) return reportOf({ clocks: result.clocks, failed }, lines);
  throw new FobError(first.error.kind, {
    sentence: `${result.failed.length} of ${result.failed.length + result.clocks.length} fobs failed. ${lines.join(' ')}`,
    next: first.error.next,
    details: { clocks: result.clocks, failed },
    ...(first.error.refusal && { refusal: first.error.refusal }),
  });
}
