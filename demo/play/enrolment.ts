import { CARRIER_MESSAGE_CHARS_MAX } from '@passfob/protocol/limits';
import { readActivationString } from 'passfob/activation/activation-string';
import { relayActivation } from 'passfob/activation/relay';
import type { RelayDone, RelayEvent } from 'passfob/activation/relay-options';
import { openedSocket } from 'passfob/activation/socket';
import { FobError } from 'passfob/errors';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { WebSocket } from 'ws';
import type { DemoFob } from './fob.ts';
import { onFob, type ReadyFob, USER } from './ownership.ts';
import { decide, leaveMessage, readPairingCode } from './person.ts';
import type { Stage } from './stage.ts';
import { texts } from './texts.ts';

/** The mail address of a demo user. */
export const addressOf = (user: string) => `${user}@example.org`;

/**
 * Counter-based passcodes: a time-based one used to enrol could not be used again for 30 seconds, and users of the
 * demo log in at once.
 */
const COUNTED_POLICY = { name: 'demo', kind: 'hotp', algorithm: 'sha1', digits: 6 } as const;

/**
 * Enrols a fob as a user does: reads the activation string in the service's mail, starts the relay, types the code on
 * the display, holds the button.
 * @param report is called with the progress
 * @throws FobError as `relayActivation`, `bad-input` if the service sends no invitation
 */
export async function enrolByMail(
  { service, stop }: Stage,
  fob: DemoFob,
  user: string,
  report: (event: RelayEvent) => void = () => undefined,
): Promise<RelayDone> {
  const invited = await service.invite({ user, email: addressOf(user), policy: COUNTED_POLICY });
  if (!invited.ok) throw new FobError('bad-input', { sentence: invited.refusal.text });
  const mails = await service.outbox();
  const mail = mails.find(({ to, link }) => to === addressOf(user) && link !== null);
  let pressed: Promise<unknown> = Promise.resolve();
  const done = await relayActivation({
    activation: readActivationString(mail?.link ?? ''),
    openSocket: (url, signal) =>
      openedSocket(
        new WebSocket(url, { maxPayload: CARRIER_MESSAGE_CHARS_MAX * 3, perMessageDeflate: false }),
        signal,
      ),
    openFob: async () => {
      const address = readAddress(fob.address);
      return { transport: await openTransport(address), port: fob.address.split(':', 1)[0] ?? '' };
    },
    askCode: () => readPairingCode(fob.control),
    report(event) {
      report(event);
      if (event.event !== 'step' || event.step !== 'press') return;
      // The relay reports the failure if the fob asks no question.
      pressed = decide(fob.control, 'yes').catch(() => undefined);
    },
    signal: stop,
  });
  await pressed;
  await leaveMessage(fob.control);
  return done;
}

/**
 * Enrols the page's fob for its user. Keeps the results of an earlier run with the same folder.
 * @throws FobError of the relay; `bad-input` if the fob's owner is not this service
 */
export async function makeReady(stage: Stage): Promise<ReadyFob> {
  const { hello } = await onFob(stage, async fob => fob);
  const tokens = await stage.service.tokens();
  const isOurs = tokens.some(({ serial, user }) => serial.startsWith(`${hello.serial}-`) && user === USER);
  if (!isOurs && hello.state !== 'blank') throw new FobError('bad-input', texts.errors.ownedElsewhere);
  if (!isOurs) await enrolByMail(stage, stage.fob, USER);
  await leaveMessage(stage.fob.control);
  return hello;
}
