import type { CareEntry, TrayOptions } from '../batch/care.ts';
import { readSerial } from '../client/fob-serial.ts';
import type { FobAtHand } from '../commands/context.ts';
import { amended, FobError, isFobError } from '../errors.ts';
import type { InventoryCall } from './base/calls.ts';
import { command } from './base/command.ts';
import type { CommonOptions } from './base/common-options.ts';
import { nothing } from './base/needs.ts';
import { networkOptions, networkSettingsOf } from './base/network-options.ts';
import { type Report, reportOf } from './base/report.ts';
import { withOwner } from './owner-hint.ts';

/**
 * `passfob care`: checks and mends the fobs that are plugged in, and reports; with --service, their owner does so over
 * this computer. Throws `attention` with the report as details if a person has to do something; the error of a fob that
 * failed; `cancelled`.
 */
export const careCommand = command({
  words: 'care',
  describe: 'check the fobs that are plugged in, set their clocks, and say what else they need',
  json: '`fobs`: `address`, `serial`, `outcome` (`well`, `mended`, `attention`, `skipped`: blank or of another owner, `failed`), `error` (for the last two); else `board`, `firmware`, `found` and `left` (as `health` of `info`), `done` and `planned` (in a dry run): `clock-set`, `recovery-key-left`, `power-loss-acknowledged`; `refused`: `act`, `error`; `waitsForHold`. With `--service`: `service` (its address), `name`, and `fobs` with `serial`, `outcome` (`done`, `attention`, `other`: of another owner, `gone`), `text`, `done` and `waiting`. The same in the `details` of an error',
  options: careOptions,
  read: async given => ({
    ports: given.ports === undefined ? undefined : (await import('./addresses.ts')).addressesIn(given.ports),
    mayHold: given.hold,
    acknowledged: given.acknowledge === undefined ? undefined : readSerial(given.acknowledge),
    service: given.service,
    fingerprint: given.fingerprint,
    reach: networkSettingsOf(given),
  }),
  needs: nothing,
  // Loaded on demand: its modules are needed by few other commands.
  async run({ ports, mayHold, acknowledged, service, ...known }, call) {
    if (service !== undefined)
      return (await import('./care-relay.ts')).relayedCare({ ports, service, ...known }, call);
    const { withInventory } = await import('./base/resources.ts');
    return withInventory(call, at => ownCare({ ports, mayHold, acknowledged }, at));
  },
});

/** What the person who runs the command has agreed to. */
interface Agreed {
  readonly mayHold: boolean;
  /** The serial number of the fob whose loss of power is acknowledged. */
  readonly acknowledged: string | undefined;
}

async function ownCare(
  { ports, ...agreed }: Agreed & { readonly ports: readonly string[] | undefined },
  at: InventoryCall,
): Promise<Report> {
  const { context, choice } = at;
  const { chooseFob, closeAll, findFobs, isChosen } = await import('../commands/find.ts');
  const { careForTray } = await import('../batch/care.ts');
  const found = (
    await Promise.all(
      (ports ?? [choice.port]).map(port => findFobs(port, false, context.signal, choice.wire)),
    )
  ).flat();
  try {
    const fobs = found.filter((one): one is FobAtHand => 'client' in one);
    const chosen = fobs.filter(({ hello }) => isChosen(hello.serial, choice));
    // Reports why there is none.
    if (chosen.length === 0) chooseFob(found, choice);
    const { acknowledged } = agreed;
    if (acknowledged !== undefined && !chosen.some(({ hello }) => hello.serial === acknowledged))
      chooseFob(found, { ...choice, serial: acknowledged });
    const isDryRun = choice.wire?.isDryRun === true;
    const done = new Map<FobAtHand, CareEntry>();
    const options = { isDryRun, ...offersOf(at, agreed) };
    const entries = await careForTray(context, chosen, options, done).catch(async error => {
      throw await withDone(error, [...done.values()], chosen.length);
    });
    return await said(at, await named(entries, at));
  } finally {
    await closeAll(found);
  }
}

function careOptions(given: CommonOptions) {
  const described = given
    .option('ports', {
      string: true,
      requiresArg: true,
      describe: 'ports of the fobs, separated by commas; default: every port that is likely to have one',
      conflicts: ['device', 'port'],
    })
    .option('hold', {
      boolean: true,
      default: false,
      describe: 'also do what needs a hold of the button; at a terminal, the command asks otherwise',
    })
    .option('acknowledge', {
      string: true,
      requiresArg: true,
      conflicts: 'service',
      describe:
        'serial number of a fob in your hand whose clock module lost its power, for a reason that you know: ends its warning; at a terminal, the command asks otherwise',
    })
    .option('service', {
      string: true,
      requiresArg: true,
      describe: 'https://… address of the service that owns the fobs: it looks after them over this computer',
    })
    .option('fingerprint', {
      string: true,
      requiresArg: true,
      describe:
        'fingerprint of the service; without it, that of a service which the agent knows, or the command shows it and asks',
    });
  return networkOptions(described);
}

/** Adds what was done on other fobs to the error of a command that was cancelled. */
async function withDone(error: unknown, entries: readonly CareEntry[], fobs: number): Promise<unknown> {
  if (!isFobError(error) || entries.length === 0) return error;
  const { careDocument } = await import('./care-format.ts');
  return amended(error, {
    sentence: `${entries.length} of ${fobs} fobs were looked after before.`,
    details: { fobs: entries.map(careDocument) },
  });
}

/** Asks a person at a terminal; elsewhere nobody is asked, and the report says what waits. */
function offersOf(
  { choice, prompts, terminal, isJson }: InventoryCall,
  { mayHold, acknowledged }: Agreed,
): Pick<TrayOptions, 'offerHold' | 'askAcknowledgement'> {
  const isAlone = choice.wire?.isDryRun || isJson || terminal.stdin.isTTY !== true;
  return {
    async offerHold(result) {
      if (mayHold || isAlone) return mayHold;
      const { holdQuestion } = await import('./care-format.ts');
      return prompts.confirm(holdQuestion(result));
    },
    async askAcknowledgement(result) {
      if (acknowledged !== undefined || isAlone) return acknowledged === result.serial;
      const { acknowledgeQuestion } = await import('./care-format.ts');
      return prompts.confirm(acknowledgeQuestion(result));
    },
  };
}

/** Says who owns the fobs of others, if this computer knows it. */
function named(entries: readonly CareEntry[], { terminal }: InventoryCall): Promise<CareEntry[]> {
  return Promise.all(
    entries.map(async entry =>
      'error' in entry ? { ...entry, error: await withOwner(entry.error, terminal.environment) } : entry,
    ),
  );
}

async function said({ isJson, terminal }: InventoryCall, entries: readonly CareEntry[]): Promise<Report> {
  const { careDocument, careText, outcomeOf } = await import('./care-format.ts');
  const document = { fobs: entries.map(careDocument) };
  const text = entries.flatMap(careText);
  const error = errorOf(entries, document, entries.filter(entry => outcomeOf(entry) === 'attention').length);
  if (error === undefined) return reportOf(document, text);
  // A single fob that failed has nothing to report but its error.
  if (!isJson && !(entries.length === 1 && entries.some(entry => 'error' in entry))) {
    const { printable } = await import('./base/terminal.ts');
    terminal.out(text.map(line => `${printable(line)}\n`).join(''));
  }
  throw error;
}

/** Returns the error for the exit code: a failure before a finding; undefined if all is well. */
function errorOf(
  entries: readonly CareEntry[],
  details: Readonly<Record<string, unknown>>,
  attention: number,
): FobError | undefined {
  const bad = entries.flatMap(entry => ('error' in entry ? [entry] : []));
  const failed = bad.filter(({ isStranger }) => !isStranger);
  // Other owners' fobs are left alone, unless there are no others.
  const [first] = failed.length > 0 ? failed : bad.length === entries.length ? bad : [];
  if (first !== undefined) {
    const { kind, message, next, refusal } = first.error;
    const sentence =
      entries.length === 1 ? message : `${countOf(bad, failed)} of ${entries.length} fobs failed.`;
    return new FobError(kind, {
      sentence,
      next,
      details,
      ...(refusal !== undefined && { refusal }),
    });
  }
  if (attention === 0) return undefined;
  return new FobError('attention', {
    ...(entries.length > 1 && { sentence: `${attention} of ${entries.length} fobs need attention.` }),
    details,
  });
}

function countOf(bad: readonly unknown[], failed: readonly unknown[]): number {
  return failed.length > 0 ? failed.length : bad.length;
}
