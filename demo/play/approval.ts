import { FobError } from 'passfob/errors';
import { startExample } from '../example/app.ts';
import { startAgent } from './agent.ts';
import { autosend } from './browser.ts';
import { addressOf, enrolByMail } from './enrolment.ts';
import type { DemoFob } from './fob.ts';
import { decide, leaveMessage, type PersonDecision } from './person.ts';
import type { Play } from './play.ts';
import { expect } from './play.ts';
import { apiKeyOf } from './service-key.ts';
import type { Fact } from './steps.ts';
import { texts } from './texts.ts';

const { steps: titles, facts: names, expected, ...words } = texts.transcript;

/** The owner of the second fob. */
const SECOND_USER = 'bob';

/**
 * Shows push approval: enrols the service's own fob by mail, then approves, declines and reports log-ins on it.
 * @throws FobError that names the step
 */
export async function approveLogins(play: Play): Promise<void> {
  const { stage, step } = play;
  const fob = await stage.startSecondFob();
  const serial = await enrolSecond(play, fob);
  const { close: closeAgent } = await step(titles.agent, async fact => {
    const agent = await startAgent(stage, [{ serial, fob }]);
    try {
      await agent.proved();
      fact(names.proof, words.agentProved);
      return agent;
    } catch (error) {
      await agent.close();
      throw error;
    }
  });
  const service = stage.service.url;
  const example = await startExample({ service, apiKey: await apiKeyOf(stage), port: 0 });
  try {
    const push = pusher(example.url, fob);
    await step(titles.approve, fact => push('yes', 'accepted', fact));
    await step(titles.report, async fact => {
      await push('report', 'refused', fact);
      await lookForReport(play, fact);
    });
  } finally {
    await example.close();
    await closeAgent();
  }
}

/** @returns the fob's serial */
async function enrolSecond({ stage, step }: Play, fob: DemoFob): Promise<string> {
  return await step(titles.bring, async fact => {
    const done = await enrolByMail(stage, fob, SECOND_USER);
    const [mail] = await stage.service.outbox();
    expect(mail?.to === addressOf(SECOND_USER), expected.mail, String(mail?.to));
    fact(names.mail, words.mail(addressOf(SECOND_USER), mail?.subject ?? ''));
    fact(names.serial, done.serial);
    fact(names.token, done.token);
    return done.serial;
  });
}

/** Returns a function that starts a log-in on the page and answers it on the fob. */
function pusher(origin: string, { control }: DemoFob) {
  return async (says: PersonDecision, result: 'accepted' | 'refused', fact: Fact): Promise<void> => {
    const page = await autosend(origin, SECOND_USER);
    fact(names.number, page.number);
    const shown = await decide(control, says);
    fact(names.display, shown.join(' | '));
    expect(shown.includes(page.number), expected.number(page.number), shown.join(' | '));
    const { isAccepted, status, title } = await page.decided();
    fact(names.answer, words.answer(status, title));
    const got = isAccepted ? 'accepted' : 'refused';
    expect(got === result, words[result], words[got]);
    fact(names.result, words[got]);
    await leaveMessage(control);
  };
}

async function lookForReport({ operator }: Play, fact: Fact): Promise<void> {
  const [latest] = await operator.alerts();
  if (latest === undefined) throw new FobError('verification-failed', texts.errors.operatorShut);
  const facts = [...latest.facts].map(([name, value]) => `${name} ${value}`).join(', ');
  fact(names.alert, words.replay(latest.title, latest.times, facts));
  const isRight = [...latest.facts.values()].includes(SECOND_USER) && latest.times === '1 time';
  expect(isRight, expected.report(SECOND_USER), facts);
}
