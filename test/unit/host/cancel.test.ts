import { connect } from 'passfob/client/client';
import { enroll } from 'passfob/commands/enroll';
import { list } from 'passfob/commands/list';
import { rename } from 'passfob/commands/rename';
import { verify } from 'passfob/commands/verify';
import { parseOtpauth } from 'passfob/enrol/otpauth';
import { isFobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { atHand, owned } from './kit/workplace.ts';

const uri = (label: string) =>
  secret(`otpauth://hotp/Example:${label}?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example&counter=0`);

/**
 * Ctrl-C aborts the signal of a command, here at every frame of it in either direction: afterwards fob and inventory
 * agree, and the same command run again completes its missing part, once.
 */
it.each(['toFob', 'toHost'] as const)(
  'a command cancelled at any frame %s leaves nothing half done',
  async way => {
    for (let at = 0; ; at++) {
      const { fob, owner: place } = await owned();
      await enroll(place.context, await atHand(fob), parseOtpauth(uri('old')));
      const ending = new AbortController();
      const context = { ...place.context, signal: ending.signal };
      const note = (frame: string, n: number) => {
        if (n === at) ending.abort();
        return frame;
      };
      const client = connect(fob.plugIn({ [way]: note }).transport, {
        patience: { answerTimeoutMs: 5_000, sendsMax: 1 },
      });
      let isDone = true;
      try {
        const cut = { address: 'cable', client, hello: await client.hello() };
        await enroll(context, cut, parseOtpauth(uri('new')));
        await rename(context, { ...cut, hello: await client.hello() }, 'old', {
          issuer: undefined,
          label: 'older',
        });
      } catch (error) {
        if (!isFobError(error, 'cancelled')) throw error;
        isDone = false;
      }
      await client.close();
      const { accounts } = await verify(place.context, await atHand(fob));
      expect(
        accounts.every(({ verdict }) => verdict === 'proved' || verdict === 'undone'),
        `frame ${at}`,
      ).toBe(true);
      const before = await list(place.context, await atHand(fob));
      if (!before.accounts.some(({ label }) => label === 'new')) {
        await enroll(place.context, await atHand(fob), parseOtpauth(uri('new')));
      }
      const after = await list(place.context, await atHand(fob));
      expect(after.accounts.map(({ label }) => label.slice(0, 3)).sort(), `frame ${at}`).toEqual([
        'new',
        'old',
      ]);
      if (isDone) {
        expect(at).toBeGreaterThan(10);
        return;
      }
    }
  },
);
